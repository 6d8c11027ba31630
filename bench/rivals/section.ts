import { type Figure, isMet } from '../measure';
import { EVERGRANT, FIGURES } from './contest';

/** What docs/benchmarks.md shows of the rivals. */
export interface Section {
  head: string[];
  rows: string[][];
  /** Paragraphs in Markdown. */
  sentences: string[];
}

const TEMPORAL = 'Temporal alone';

/** One row per contestant, and in words what Temporal and Evergrant cost beside a queue. */
export function rivalsSection(figures: readonly Figure[]): Section {
  const columns = Object.values(FIGURES);
  const contestants = [...new Set(figures.flatMap(({ of }) => of ?? []))];
  const find = (of: string, what: string) =>
    figures.find((figure) => figure.of === of && figure.what === what)!;
  const others = figures.filter(({ of, what }) => of === EVERGRANT && !(columns as string[]).includes(what));
  const hasRedis = contestants.includes('BullMQ');
  return {
    head: ['', ...columns],
    rows: contestants.map((name) => [name, ...columns.map((what) => shown(find(name, what)))]),
    sentences: [
      ...(hasRedis ? [] : ['BullMQ is missing: the machine of this run had no Redis server.']),
      ...figures.filter(({ ratio }) => ratio).map(besideOf),
      ...[TEMPORAL, EVERGRANT].map((name) =>
        costOf(
          name,
          find,
          contestants.filter((other) => ![TEMPORAL, EVERGRANT].includes(other)),
        ),
      ),
      `Beside Temporal alone, Evergrant takes ${times(find(EVERGRANT, FIGURES.cpu), find(TEMPORAL, FIGURES.cpu))} processor time and refreshes ${times(find(EVERGRANT, FIGURES.rate), find(TEMPORAL, FIGURES.rate), 'many')} a second: the rest of the distance is Temporal's own.`,
      `The row of Evergrant is that of tokens that fall due by themselves. Asked over HTTP, with an answer to each caller: ${others.map((figure) => `${figure.what}: ${shown(figure)}`).join('; ')}.`,
      WHAT_A_QUEUE_LEAVES_OUT,
    ],
  };
}

function besideOf(figure: Figure): string {
  const { what, value, unit, beside, ratio, wanted } = figure;
  return `${what}: ${value} ${unit} beside ${beside!.value} of ${beside!.what}, a ratio of ${ratio!.value}. The aim is ${wanted!.is} ${wanted!.value}: ${isMet(figure) ? 'reached' : 'missed'}.`;
}

/** By how much one is behind the best of the queues in each figure, or ahead of it. */
function costOf(name: string, find: (of: string, what: string) => Figure, queues: readonly string[]): string {
  const own = (what: string) => find(name, what);
  const best = (what: string, wanted: 'most' | 'least' = 'least') =>
    queues
      .map((queue) => find(queue, what))
      .reduce((a, b) => ((wanted === 'most' ? b.value > a.value : b.value < a.value) ? b : a));
  const { rate, cpu, bytes, p99, alone } = FIGURES;
  const quickest = best(rate, 'most');
  const against = (what: string) =>
    `${shown(own(what))} against ${shown(best(what))} with ${best(what).of} (${times(own(what), best(what))})`;
  return [
    `**${name}** refreshes ${shown(own(rate))}, and the quickest queue, ${quickest.of}, ${shown(quickest)} (${times(quickest, own(rate), 'many')}).`,
    `1,000 refreshes take ${against(cpu)} of processor time.`,
    `A sleeping connection takes ${against(bytes)}.`,
    `When all are due at one instant, the 99th of 100 starts after ${against(p99)}.`,
    `One that is due alone starts after ${against(alone)}.`,
  ].join(' ');
}

const shown = ({ value, unit }: Figure): string => `${value.toLocaleString('en')} ${unit}`;
const times = (a: Figure, b: Figure, word = 'much'): string =>
  `${Number((a.value / b.value).toPrecision(2)).toLocaleString('en')} times as ${word}`;

const WHAT_A_QUEUE_LEAVES_OUT = `Evergrant's figures contain what the job of the others leaves out:

- **The attempt is recorded before the call.** After a crash, the others cannot tell whether Instagram was asked, or that a lost answer explains a dead token.
- **The answer is stored even when the database is away at that moment**: it is retried as long as the process lives, and kept encrypted on disk where that is set up. The others lose it, and Instagram may have ended the old token.
- **A new token is probed before it replaces the old one**: a second call to Instagram for each refresh.
- **One refresh of a token is under way at a time.** Queues run a job again when its worker seems dead, and then nothing stops a second refresh.
- **A refused token is checked, recovered or reported.** A queue repeats a failed job by its own table, whatever Instagram answered and however long the token still lives. It does not notice a token that dies between two refreshes, or an outage in which many fail.
- **Every change is an event** that webhooks, emails and the console show.
- **An audit finds a connection without a next step**, and starts it again from its row. A lost job of a queue stays lost.

All of this can be built on a queue, and costs there, too. If you need none of it, use a queue.`;
