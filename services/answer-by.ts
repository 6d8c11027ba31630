import { withDeadline } from '../adapters/deadline';
import { LifecycleError } from '../client/lifecycle-errors';

/** What a lifecycle answers in time. Where none can answer, for want of a worker say, nothing was decided. */
export function answerBy<Answer>(deadline: number, asked: Promise<Answer>): Promise<Answer | 'undecided'> {
  const answer = asked.catch((error: unknown) => {
    if (error instanceof LifecycleError) return 'undecided' as const;
    throw error;
  });
  return withDeadline(deadline, answer, () => 'undecided' as const);
}
