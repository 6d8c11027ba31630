import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** From the sources, and from `dist`, beside which `package.json` stays. */
const FILES = [join(__dirname, '..', 'package.json'), join(__dirname, '..', '..', 'package.json')];

/** The version in `package.json`, or `unknown`. */
export function packageVersion(): string {
  const file = FILES.find((name) => existsSync(name));
  return file ? String((JSON.parse(readFileSync(file, 'utf8')) as { version: unknown }).version) : 'unknown';
}
