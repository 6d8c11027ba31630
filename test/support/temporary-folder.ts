import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { published } from './servers';

/** A folder for one test, closed to other users (mode 0700) as a clone in a home folder may be; removed after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(published('folder'), 'one-'));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

const cleanUps: (() => unknown)[] = [];

/** Runs after the test, last registered first. */
export function afterwards(cleanUp: () => unknown): void {
  cleanUps.push(cleanUp);
}

afterEach(async () => {
  while (cleanUps.length > 0) await cleanUps.pop()!();
});
