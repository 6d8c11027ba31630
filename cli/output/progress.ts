import { inWords } from '../../core/text/human-time';
import { type Io } from './io';
import { note, printable } from './output';

const EVERY_MS = 500;
/** Where no line can be changed, another one is printed after this. */
const LINE_EVERY_MS = 10_000;

/**
 * Shows that something is being waited for: a line that is kept up to date on a terminal, a line now and then elsewhere.
 * @param text what is shown now; called again and again
 */
export async function withProgress<T>(io: Io, text: () => string, work: () => Promise<T>): Promise<T> {
  const began = Date.now();
  if (!io.err.isTTY) {
    const line = () => note(io, `${printable(text())} …`);
    line();
    const timer = setInterval(line, LINE_EVERY_MS);
    return work().finally(() => clearInterval(timer));
  }
  const show = () => {
    const line = `${printable(text())} … ${Math.floor((Date.now() - began) / 1000)} s`;
    io.err.write(`\r\u001b[2K${line.slice(0, (io.err.columns ?? 80) - 1)}`);
  };
  show();
  const timer = setInterval(show, EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    io.err.write('\r\u001b[2K');
  }
}

/** How fast something goes, to follow what it has done. @param share the part that is done, from 0 to 1; null: unknown */
export function paceText(done: number, share: number | null, tookMs: number): string {
  if (done === 0) return '';
  const left = share ? `, ${inWords((tookMs / share) * (1 - share))} left` : '';
  return `, ${Math.round((done / tookMs) * 1000)} a second${left}`;
}
