import { SANDBOX_TEXT as TEXT } from '../../../core/text/console-shell';
import { type HttpDeps, type SandboxJourney } from '../../deps';
import { CONSOLE } from '../../middleware/headers';
import { Instant } from '../parts';

export interface SandboxView {
  now: number;
  /** The move under way; null: none is. */
  moving: SandboxJourney | null;
  accounts: { username: string }[];
  isOutage: boolean;
}

/** null: this deployment is not a sandbox. */
export function sandboxView({
  console: { sandbox },
  clock,
}: Pick<HttpDeps, 'console' | 'clock'>): SandboxView | null {
  if (!sandbox) return null;
  const journey = sandbox.journey();
  return {
    now: clock.now(),
    moving: journey && !journey.ended ? journey : null,
    accounts: sandbox.accounts(),
    isOutage: sandbox.isOutage(),
  };
}

export const BAR = `${CONSOLE}/sandbox`;

/** While time is moved its progress is asked for every second; otherwise the clock follows the page's updates. */
function Clock({ view: { now, moving }, here }: { view: SandboxView; here: string }) {
  const follow = {
    'hx-get': `${BAR}?${new URLSearchParams({ here, ...(moving && { journey: String(moving.number) }) }).toString()}`,
    'hx-target': '#sandbox-time',
    'hx-select': '#sandbox-time',
    'hx-swap': 'outerMorph',
  };
  if (!moving)
    return (
      <span {...follow} hx-trigger="changed from:body throttle:2s">
        <Instant at={now} />
      </span>
    );
  const [done, all] = [moving.now - moving.from, moving.to - moving.from];
  return (
    <output {...follow} hx-trigger="load, every 1s" hx-select-oob="#toasts:beforeend">
      <Instant at={now} />{' '}
      <progress value={String(done)} max={String(all)} aria-label={TEXT.moving(done, all)} />
    </output>
  );
}

/** Controls for the sandbox's clock and the simulated Instagram. */
export function SandboxBar({ view, here }: { view: SandboxView; here: string }) {
  const post = (path: string) => ({
    method: 'post' as const,
    action: `${BAR}/${path}`,
    'hx-post': `${BAR}/${path}`,
    'hx-target': '#sandbox',
    'hx-select': '#sandbox',
    'hx-select-oob': '#toasts',
    'hx-swap': 'outerMorph',
    'hx-indicator': '#sandbox-busy',
  });
  // Disabled ones would lose the focus.
  const isMoving = view.moving !== null ? 'true' : undefined;
  return (
    <section id="sandbox" aria-label={TEXT.title}>
      <details class="fold" open>
        <summary>{TEXT.controls}</summary>
        <div>
          <form id="sandbox-time" {...post('advance')}>
            <strong>
              {TEXT.title} <Clock view={view} here={here} />
            </strong>
            <input type="hidden" name="here" value={here} />
            <button name="by" value="1d" aria-disabled={isMoving}>
              {TEXT.day}
            </button>
            <button name="by" value="7d" aria-disabled={isMoving}>
              {TEXT.week}
            </button>
            <button name="by" value="next" aria-disabled={isMoving}>
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
      </details>
    </section>
  );
}
