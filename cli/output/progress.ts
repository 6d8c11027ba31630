import { type Io } from './io';
import { note, printable } from './output';

const EVERY_MS = 500;

/**
 * Shows that something is being waited for: a line that is kept up to date on a terminal, one line elsewhere.
 * @param text what is shown now; called again and again
 */
export async function withProgress<T>(io: Io, text: () => string, work: () => Promise<T>): Promise<T> {
  if (!io.err.isTTY) {
    note(io, `${printable(text())} …`);
    return work();
  }
  const began = Date.now();
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
