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
