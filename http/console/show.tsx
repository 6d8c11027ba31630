import { type Context } from 'hono';
import { type Child } from 'hono/jsx';
import { type Caller } from '../middleware/caller';
import { type HttpDeps } from '../deps';
import { type ProblemDeps, problemOf } from '../errors';
import { Shell, type ShellProps, type Toast } from './shell';
import { frameOf } from '../frame';
import { sandboxView } from './sandbox/sandbox-bar';
import { type ConsoleEnv } from './session';
import { themeOf } from './theme';

/** One page of the console. `url` is needed if the page was not requested at its own URL. */
export type Page = Pick<
  ShellProps,
  'title' | 'section' | 'still' | 'crumbs' | 'toolbar' | 'top' | 'throttle' | 'made' | 'bottom'
> & {
  url?: string;
  content: Child;
};

/** Responds with a page of the console. */
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
      theme={themeOf(c)}
      toasts={toasts}
    >
      {content}
    </Shell>,
  );
}

/**
 * Runs an action and returns its toast. A problem becomes a toast, too.
 * @param work returns the text of success; null: no toast
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

/** Looks up a name from a request. Inherited properties such as `constructor` are not found. */
export function ownOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
