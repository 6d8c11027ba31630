import { type Context } from 'hono';
import { type Child } from 'hono/jsx';
import { type Caller } from '../middleware/caller';
import { type HttpDeps } from '../deps';
import { type ProblemDeps, problemOf } from '../errors';
import { Shell, type ShellProps, type Toast } from './shell';
import { frameOf } from '../frame';
import { sandboxView } from './sandbox/sandbox-bar';
import { type ConsoleEnv } from './session';

/** What one page brings to the shell. Without `url` it can be had again where it was asked for. */
export type Page = Pick<ShellProps, 'title' | 'section' | 'top' | 'throttle' | 'made' | 'bottom'> & {
  url?: string;
  content: Child;
};

/** Answers with a page of the console. */
export function show(
  deps: Pick<HttpDeps, 'clock' | 'site' | 'console'>,
  c: Context<ConsoleEnv>,
  { content, ...page }: Page,
  toasts: Toast[] = [],
) {
  const { pathname, search } = new URL(c.req.url);
  return c.html(
    <Shell
      url={pathname + search}
      {...page}
      frame={frameOf(deps.site, c)}
      userName={c.get('user').name}
      sandbox={sandboxView(deps)}
      toasts={toasts}
    >
      {content}
    </Shell>,
  );
}

/**
 * Does what a button asks for and tells how it ended: a refusal is an answer like another, shown beside the page.
 * @param work gives the sentence of success; null: nothing to say
 */
export async function attempt(
  deps: ProblemDeps,
  user: Caller,
  work: () => Promise<string | null>,
): Promise<Toast[]> {
  try {
    const text = await work();
    return text === null ? [] : [{ text, good: true }];
  } catch (error) {
    const problem = problemOf(deps, error, user);
    if (problem.code === 'internal') throw error;
    return [{ text: problem.detail, good: false }];
  }
}

/** What a table has under a name that somebody sent; not what every object has, such as `constructor`. */
export function ownOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
