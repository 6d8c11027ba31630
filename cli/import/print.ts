import { Failure } from '../failures';
import { type Io } from '../output/io';
import { note, paint, printable, say } from '../output/output';
import { type RowOutcome } from './take-row';

const SHOWN_REFUSALS = 20;
const WORDS = {
  real: { taken: 'taken over', already: 'already there', refused: 'refused' },
  trial: { taken: 'would be taken over', already: 'already there', refused: 'would be refused' },
} as const;

export type Counts = Record<RowOutcome['outcome'], number>;
export type Printer = ReturnType<typeof createPrinter>;

/** Prints outcomes as they come: nothing is kept, however many rows there are. */
export function createPrinter(
  io: Io,
  { json, dryRun, report }: { json: boolean; dryRun: boolean; report: string | null },
) {
  const counts: Counts = { taken: 0, already: 0, refused: 0 };
  const words = dryRun ? WORDS.trial : WORDS.real;
  let shown = 0;
  let rows = 0;
  if (json) say(io, '{', `  "dryRun": ${dryRun},`, '  "rows": [');

  function addText({ row, outcome, reason, hint }: RowOutcome): void {
    if (!dryRun && outcome !== 'refused') return;
    if (!dryRun && (shown += 1) > SHOWN_REFUSALS) return;
    const because = [reason, outcome === 'refused' ? hint : null].filter(Boolean).join(' ');
    const line = `row ${row}: ${words[outcome]}${because && `. ${because}`}`;
    say(io, outcome === 'refused' ? paint(io, 'red', printable(line)) : printable(line));
  }

  return {
    counts,
    add(row: RowOutcome): void {
      counts[row.outcome] += 1;
      if (!json) return addText(row);
      const { ownerRef: _owner, externalId: _external, ...told } = row;
      io.out.write(`${rows === 0 ? '' : ',\n'}    ${JSON.stringify(told)}`);
      rows += 1;
    },

    /** @param stopped why not all rows were reached @throws Failure unless all are taken over */
    end(stopped: string | null, notStarted: number): void {
      const { taken, already, refused } = counts;
      if (json)
        say(
          io,
          `${rows === 0 ? '' : '\n'}  ],`,
          `  "complete": ${stopped === null},`,
          `  "taken": ${taken},`,
          `  "already": ${already},`,
          `  "refused": ${refused}`,
          '}',
        );
      else {
        if (shown > SHOWN_REFUSALS)
          say(
            io,
            `and ${shown - SHOWN_REFUSALS} more${report === null ? '; --report <file> lists all' : ''}`,
          );
        say(io, `${taken} ${words.taken}, ${already} ${words.already}, ${refused} ${words.refused}.`);
      }
      if (notStarted > 0)
        note(io, `The lifecycles of ${notStarted} connections are started in the background by the audit.`);
      if (stopped !== null)
        throw new Failure(stopped, [
          'Run the command again to continue. Rows that are done are not repeated.',
        ]);
      if (refused > 0 && !dryRun)
        throw new Failure(`${refused} ${refused === 1 ? 'row was' : 'rows were'} refused.`, [
          report === null ? 'Correct them, and run the command again.' : `They are listed in ${report}.`,
        ]);
      if (refused > 0) throw new Failure(`${refused} ${refused === 1 ? 'row' : 'rows'} would be refused.`);
    },
  };
}
