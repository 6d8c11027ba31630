import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { alive, identityOf } from './process-table';

interface Holder {
  pid: number;
  identity: string | null;
}

/**
 * Takes a lock file for this process and returns what releases it.
 * A lock whose process is gone (killed, or its number given to another since) is taken over.
 */
export function holdLock(file: string, refusal: (pid: number) => string): () => void {
  const mine: Holder = { pid: process.pid, identity: identityOf(process.pid) };
  while (!created(file, JSON.stringify(mine))) {
    const holder = readHolder(file);
    if (holder && isRunning(holder)) throw new Error(refusal(holder.pid));
    rmSync(file, { force: true });
  }
  return () => rmSync(file, { force: true });
}

function created(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isRunning({ pid, identity }: Holder): boolean {
  return alive(pid) && identityOf(pid) === identity;
}

function readHolder(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return null;
  }
}
