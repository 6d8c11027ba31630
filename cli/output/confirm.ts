import { Failure, UsageError } from '../failures';
import { type Io } from './io';
import { printable } from './output';

/** Asks before something that cannot be taken back. @param question says what is lost. @throws unless it is confirmed */
export async function confirm(io: Io, question: string): Promise<void> {
  const answer = await io.ask(`${printable(question)} [y/N] `);
  if (answer === null) throw new UsageError('Not interactive: pass --yes to confirm.');
  if (!/^y(es)?$/i.test(answer.trim())) throw new Failure('No changes made.');
}
