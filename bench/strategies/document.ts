import { measuredOn } from '../machine';
import { MEASURES, firstOf } from './score/measures';
import { type Score } from './score/score';
import { type Options } from './simulate';

export interface Result {
  name: string;
  wallSeconds: number;
  score: Score;
}

/** What a page about the results is made from. */
export function documentOf(options: Options, results: readonly Result[]) {
  return {
    command: 'npm run bench:strategies',
    options,
    ...measuredOn(),
    measures: MEASURES.map(({ name, best, says, read }) => ({
      ...{ name, best, says, first: firstOf({ name, best, says, read }, results) },
      figures: Object.fromEntries(results.map(({ name: contestant, score }) => [contestant, read(score)])),
    })),
    results,
  };
}
