import { CONSOLE } from '../../headers';
import { Instant } from './parts';

export interface SandboxView {
  now: number;
  accounts: { username: string }[];
  isOutage: boolean;
}

/** Meta's subcodes for the ways in which an account's token dies. */
const DEATHS = [
  { subcode: 460, name: 'password changed' },
  { subcode: 458, name: 'app removed' },
  { subcode: 463, name: 'session expired' },
  { subcode: 459, name: 'login to confirm' },
] as const;

/** Moves the sandbox's time, and does to Instagram what Instagram does to products. */
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
    <section id="sandbox" aria-label="Sandbox">
      <div>
        <strong>
          Sandbox <Instant at={view.now} />
        </strong>
        <form {...post('advance')}>
          <input type="hidden" name="here" value={here} />
          <button name="by" value="1d">
            +1 day
          </button>
          <button name="by" value="7d">
            +7 days
          </button>
          <button name="by" value="next">
            To the next action
          </button>
        </form>
        {view.accounts.length > 0 && (
          <form {...post('invalidate')}>
            <input type="hidden" name="here" value={here} />
            <select name="username" aria-label="Account">
              {view.accounts.map(({ username }) => (
                <option value={username}>@{username}</option>
              ))}
            </select>
            <select name="subcode" aria-label="What happens to its token">
              {DEATHS.map(({ subcode, name }) => (
                <option value={String(subcode)}>{name}</option>
              ))}
            </select>
            <button>Invalidate</button>
          </form>
        )}
        <form {...post('outage')}>
          <input type="hidden" name="here" value={here} />
          <button
            name="on"
            value={view.isOutage ? 'false' : 'true'}
            aria-pressed={view.isOutage ? 'true' : 'false'}
          >
            {view.isOutage ? 'End the outage of Instagram' : 'Instagram outage'}
          </button>
        </form>
        <span id="sandbox-busy" class="htmx-indicator" aria-hidden="true">
          working …
        </span>
      </div>
    </section>
  );
}
