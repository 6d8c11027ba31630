import { SANDBOX_TEXT as TEXT } from '../../../core/text/console-shell';
import { type HttpDeps } from '../../deps';
import { CONSOLE } from '../../middleware/headers';
import { Instant } from '../parts';

export interface SandboxView {
  now: number;
  accounts: { username: string }[];
  isOutage: boolean;
}

/** null: this deployment is not a sandbox. */
export function sandboxView({
  console: { sandbox },
  clock,
}: Pick<HttpDeps, 'console' | 'clock'>): SandboxView | null {
  return sandbox && { now: clock.now(), accounts: sandbox.accounts(), isOutage: sandbox.isOutage() };
}

/** Controls for the sandbox's clock and the simulated Instagram. */
export function SandboxBar({ view, here }: { view: SandboxView; here: string }) {
  const post = (path: string) => ({
    method: 'post' as const,
    action: `${CONSOLE}/sandbox/${path}`,
    'hx-post': `${CONSOLE}/sandbox/${path}`,
    'hx-target': '#sandbox',
    'hx-select': '#sandbox',
    'hx-select-oob': '#toasts',
    'hx-swap': 'outerMorph',
    'hx-disable': '#sandbox button',
    'hx-indicator': '#sandbox-busy',
  });
  return (
    <section id="sandbox" aria-label={TEXT.title}>
      <div>
        <strong>
          {TEXT.title} <Instant at={view.now} />
        </strong>
        <form {...post('advance')}>
          <input type="hidden" name="here" value={here} />
          <button name="by" value="1d">
            {TEXT.day}
          </button>
          <button name="by" value="7d">
            {TEXT.week}
          </button>
          <button name="by" value="next">
            {TEXT.next}
          </button>
        </form>
        {view.accounts.length > 0 && (
          <form {...post('invalidate')}>
            <input type="hidden" name="here" value={here} />
            <select name="username" aria-label={TEXT.account}>
              {view.accounts.map(({ username }) => (
                <option value={username}>@{username}</option>
              ))}
            </select>
            <select name="subcode" aria-label={TEXT.cause}>
              {TEXT.causes.map(({ subcode, name }) => (
                <option value={subcode}>{name}</option>
              ))}
            </select>
            <button>{TEXT.invalidate}</button>
          </form>
        )}
        <form {...post('outage')}>
          <input type="hidden" name="here" value={here} />
          <button
            name="on"
            value={view.isOutage ? 'false' : 'true'}
            aria-pressed={view.isOutage ? 'true' : 'false'}
          >
            {view.isOutage ? TEXT.endOutage : TEXT.startOutage}
          </button>
        </form>
        <span id="sandbox-busy" class="htmx-indicator" aria-hidden="true">
          {TEXT.working}
        </span>
      </div>
    </section>
  );
}
