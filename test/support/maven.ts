import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = join(__dirname, '..', '..', '.cache');

/**
 * Compiles a Maven project in a copy, again when its `pom.xml` or a source has changed. Packages come from Maven's own
 * cache, and from its repository what is missing there.
 * @returns the copy's folder `target`
 */
export async function mavenCompile(name: string, project: string): Promise<string> {
  const folder = join(CACHE, name);
  const target = join(folder, 'target');
  const compiled = join(folder, 'compiled');
  const hash = hashOf(project);
  if (existsSync(compiled) && readFileSync(compiled, 'utf8') === hash) return target;
  rmSync(folder, { recursive: true, force: true });
  for (const part of ['pom.xml', 'src']) cpSync(join(project, part), join(folder, part), { recursive: true });
  await run('mvn', ['--batch-mode', '--quiet', '--no-transfer-progress', 'compile'], { cwd: folder }).catch(
    ({ stdout }: { stdout: string }) => {
      throw new Error(`mvn compile: ${stdout.slice(0, 1_000)}`);
    },
  );
  writeFileSync(compiled, hash);
  return target;
}

function hashOf(project: string): string {
  const hash = createHash('sha256').update(readFileSync(join(project, 'pom.xml')));
  for (const file of readdirSync(join(project, 'src'), { recursive: true, encoding: 'utf8' }).sort())
    if (file.endsWith('.java')) hash.update(file).update(readFileSync(join(project, 'src', file)));
  return hash.digest('hex');
}
