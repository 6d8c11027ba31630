import { Failure } from '../failures';
import { inWords } from '../../core/text/human-time';

/** What the API says when it refuses. @see https://www.rfc-editor.org/rfc/rfc9457 */
export interface ProblemDocument {
  code: string;
  title: string;
  status: number;
  detail: string;
  errors?: { field: string; message: string }[];
  reconnectUrl?: string | null;
}

/** The API refused. */
export class Refusal extends Failure {
  /** @param retryAfterSeconds what the API asked to wait for */
  constructor(
    readonly problem: ProblemDocument,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(problem.detail, hintsFor(problem, retryAfterSeconds));
  }
}

export function isProblem(body: unknown): body is ProblemDocument {
  const { code, detail } = (body ?? {}) as Partial<ProblemDocument>;
  return typeof code === 'string' && typeof detail === 'string';
}

function hintsFor(problem: ProblemDocument, retryAfterSeconds: number | null): string[] {
  const hints = (problem.errors ?? []).map(({ field, message }) => `${field} ${message}`);
  if (problem.code === 'not_found' && problem.detail.includes('integration'))
    hints.push('List integrations with `npx evergrant list`.');
  if (problem.code === 'not_connected')
    hints.push('Create a link for the owner with `npx evergrant reconnect-link <id>`.');
  if (problem.code === 'reconnect_required') {
    hints.push(
      problem.reconnectUrl
        ? `Send this link to the owner: ${problem.reconnectUrl}`
        : 'Create a link for the owner with `npx evergrant reconnect-link <id>`.',
    );
  }
  if (retryAfterSeconds !== null) hints.push(`Try again in ${inWords(retryAfterSeconds * 1000)}.`);
  return hints;
}
