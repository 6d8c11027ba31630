import { EVENT_LABELS, STATE_LABELS } from '../../../core/console-pages';
import { STATES } from '../../../core/states';
import { DAY_MS } from '../../../core/time';
import { type fleetFor } from '../../actions/fleet';
import { CONSOLE } from '../../headers';
import { Instant, When } from './parts';

export interface FleetView {
  fleet: Awaited<ReturnType<typeof fleetFor>>;
  /** How many tokens end on each of the coming days. */
  perDay: number[];
  now: number;
}

export function Fleet(view: FleetView) {
  const { fleet, perDay, now } = view;
  return (
    <>
      <div class="tiles">
        {STATES.map((state) => (
          <a href={`${CONSOLE}?state=${state}`}>
            <b>{String(fleet.states[state])}</b>
            <span class={`state ${state}`}>
              <i aria-hidden="true">{STATE_LABELS[state].icon}</i>
              {STATE_LABELS[state].word}
            </span>
          </a>
        ))}
      </div>
      <section class="card">
        <h2>Tokens that end in the next 60 days</h2>
        <p class="quiet">
          Each is refreshed some 14 days before its end, so the first days should be empty: whoever stands
          there is at risk.
        </p>
        <Chart perDay={perDay} now={now} />
      </section>
      <div class="columns">
        <section class="card">
          <h2>At risk</h2>
          <dl>
            {(['d3', 'd7', 'd14'] as const).map((within) => (
              <>
                <dt>{`Ends within ${within.slice(1)} days`}</dt>
                <dd>
                  <a href={`${CONSOLE}?days=${within.slice(1)}`}>{String(fleet.expiringWithin[within])}</a>
                </dd>
              </>
            ))}
            <dt>Overdue by more than an hour</dt>
            <dd class={fleet.overdue > 0 ? 'bad' : undefined}>{String(fleet.overdue)}</dd>
          </dl>
        </section>
        <section class="card">
          <h2>Instagram as a whole</h2>
          {fleet.incidents.length === 0 ? (
            <p class="good">No trouble under way.</p>
          ) : (
            fleet.incidents.map(({ kind, startedAt }) => (
              <p class="bad">
                {`${EVENT_LABELS['provider.incident_started']} `}
                <When at={Date.parse(startedAt)} now={now} />
                {` (${kind}). Nobody is marked as expired for it.`}
              </p>
            ))
          )}
        </section>
      </div>
      <Audit {...view} />
    </>
  );
}

function Chart({ perDay, now }: { perDay: number[]; now: number }) {
  const most = Math.max(1, ...perDay);
  const total = perDay.reduce((sum, count) => sum + count, 0);
  const label = `${total} tokens end within ${perDay.length} days, at most ${Math.max(...perDay)} on one day`;
  return (
    <>
      <svg
        class="chart"
        viewBox={`0 0 ${perDay.length * 10} 100`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        {perDay.map((count, day) => {
          const height = (count / most) * 96;
          return (
            <rect
              x={String(day * 10 + 1)}
              width="8"
              y={(100 - height).toFixed(1)}
              height={height.toFixed(1)}
            />
          );
        })}
        <line x1="0" x2={String(perDay.length * 10)} y1="100" y2="100" stroke-width="1" />
      </svg>
      <div class="axis" aria-hidden="true">
        <span>today</span>
        <span>{`most on one day: ${Math.max(...perDay)}`}</span>
        <span>{`in ${perDay.length} days`}</span>
      </div>
      <details>
        <summary>As a table</summary>
        <div class="scroll" role="region" aria-label="Tokens per day" tabindex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Day</th>
                <th scope="col">Tokens that end</th>
              </tr>
            </thead>
            <tbody>
              {perDay.flatMap((count, day) =>
                count === 0
                  ? []
                  : [
                      <tr>
                        <th scope="row">{new Date(now + day * DAY_MS).toISOString().slice(0, 10)}</th>
                        <td class="number">{String(count)}</td>
                      </tr>,
                    ],
              )}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}

function Audit({ fleet: { audit }, now }: FleetView) {
  return (
    <section class="card">
      <h2>Audit</h2>
      <dl>
        <dt>Schedule</dt>
        <dd>
          {audit.enabled === null
            ? 'Temporal does not answer'
            : audit.enabled
              ? `on, every ${audit.every}`
              : 'off: lifecycles that are lost are not found'}
        </dd>
        <dt>Last run</dt>
        <dd>{audit.lastRunAt === null ? 'none yet' : <When at={Date.parse(audit.lastRunAt)} now={now} />}</dd>
        <dt>Result</dt>
        <dd>{resultText(audit.lastResult)}</dd>
        <dt>Next run</dt>
        <dd>{audit.nextRunAt === null ? 'not planned' : <Instant at={Date.parse(audit.nextRunAt)} />}</dd>
      </dl>
    </section>
  );
}

function resultText(result: Record<string, number> | null): string {
  if (result === null) return 'none yet';
  const mended = Object.entries(result).filter(([, count]) => count > 0);
  return mended.length === 0
    ? 'all in order'
    : mended.map(([what, count]) => `${count} ${what.replace(/([A-Z])/g, ' $1').toLowerCase()}`).join(', ');
}
