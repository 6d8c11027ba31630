import { DELIVERIES_TEXT } from '../../../core/text/console-deliveries';
import { FLEET_TEXT as TEXT, auditText } from '../../../core/text/console-fleet';
import { growthText, sizeText } from '../../../core/text/sizes';
import { EVENT_LABELS, STATE_LABELS } from '../../../core/text/console-labels';
import { type Health } from '../../../core/lifecycle/health';
import { STATES, type State } from '../../../core/lifecycle/states';
import { DAY_MS } from '../../../core/time';
import { type fleetStatusFor } from '../../api/fleet-status';
import { CONSOLE } from '../../middleware/headers';
import { DeliveryCountList } from './delivery-counts';
import { Instant, When } from '../parts';
import { ProviderStatusLine } from './provider-status';

export interface FleetView {
  fleet: Awaited<ReturnType<typeof fleetStatusFor>>;
  /** How many tokens expire on each of the coming days. */
  perDay: number[];
  /** Whether the user may open the delivery log. */
  hasLog: boolean;
  now: number;
}

export function Fleet(view: FleetView) {
  const { fleet, perDay, now } = view;
  const oldest = fleet.deliveries.oldestWaitingAt;
  // A user limited to some owners does not see what concerns everyone's.
  const isWhole = fleet.ownerRefs === null;
  return (
    <>
      <ProviderStatusLine provider={fleet.provider} />
      <div class="tiles">
        {STATES.map((state) => (
          <a href={`${CONSOLE}?state=${state}`}>
            <b>{String(fleet.states[state])}</b>
            <span class={`state ${tileHealth(state, fleet)}`}>
              <i aria-hidden="true">{STATE_LABELS[state].icon}</i>
              {STATE_LABELS[state].word}
            </span>
          </a>
        ))}
      </div>
      <section class="card">
        <h2>{TEXT.expiring}</h2>
        <p class="quiet">{TEXT.expiringHint}</p>
        <Chart perDay={perDay} now={now} />
      </section>
      <div class="columns">
        <section class="card">
          <h2>{TEXT.atRisk}</h2>
          <dl>
            {(['d3', 'd7', 'd14'] as const).map((within) => (
              <>
                <dt>{TEXT.expiresWithin(within.slice(1))}</dt>
                <dd>
                  <a href={`${CONSOLE}?days=${within.slice(1)}`}>{String(fleet.expiringWithin[within])}</a>
                </dd>
              </>
            ))}
            <dt>{TEXT.overdue}</dt>
            <dd class={fleet.overdue > 0 ? 'bad' : undefined}>{String(fleet.overdue)}</dd>
          </dl>
        </section>
        <section class="card">
          <h2>{TEXT.instagram}</h2>
          {fleet.incidents.length === 0 ? (
            <p class="quiet">{TEXT.noIncident}</p>
          ) : (
            fleet.incidents.map(({ kind, startedAt }) => (
              <p class="bad">
                {`${EVENT_LABELS['provider.incident_started']} `}
                <When at={Date.parse(startedAt)} now={now} />
                {` ${TEXT.incident(kind)}`}
              </p>
            ))
          )}
          {isWhole && <Callbacks {...view} />}
        </section>
      </div>
      <div class="columns">
        <section class="card">
          <h2>{DELIVERIES_TEXT.title}</h2>
          <DeliveryCountList
            {...fleet.deliveries}
            oldestWaitingAt={oldest === null ? null : Date.parse(oldest)}
            now={now}
            hasLog={view.hasLog}
          />
        </section>
        {isWhole && <Audit {...view} />}
      </div>
      <Storage {...view} />
    </>
  );
}

/** A state is as well as the connections in it. */
function tileHealth(state: State, { states, provider }: FleetView['fleet']): Health {
  if (states[state] === 0 || state === 'pending' || state === 'disconnected') return 'neutral';
  if (state === 'expired') return 'bad';
  const isFailing = state === 'refreshing' && provider.failing > 0;
  return isFailing || state === 'recovering' ? 'warning' : 'good';
}

function Chart({ perDay, now }: { perDay: number[]; now: number }) {
  const most = Math.max(1, ...perDay);
  const total = perDay.reduce((sum, count) => sum + count, 0);
  return (
    <>
      <svg
        class="chart"
        viewBox={`0 0 ${perDay.length * 10} 100`}
        preserveAspectRatio="none"
        role="img"
        aria-label={TEXT.chart(total, perDay.length, Math.max(...perDay))}
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
        <span>{TEXT.today}</span>
        <span>{TEXT.peak(Math.max(...perDay))}</span>
        <span>{TEXT.inDays(perDay.length)}</span>
      </div>
      <details id="per-day">
        <summary>{TEXT.asTable}</summary>
        <div class="scroll" role="region" aria-label={TEXT.tableLabel} tabindex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">{TEXT.day}</th>
                <th scope="col" class="number">
                  {TEXT.tokens}
                </th>
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

function Callbacks({ fleet: { callbacks }, now }: FleetView) {
  const { lastDeliveryAt, refusedSince, refusedWhy } = callbacks;
  return (
    <dl>
      <dt>{TEXT.lastDelivery}</dt>
      <dd>{lastDeliveryAt === null ? TEXT.noneYet : <When at={Date.parse(lastDeliveryAt)} now={now} />}</dd>
      {refusedSince !== null && (
        <>
          <dt>{TEXT.deliveriesRefused}</dt>
          <dd class="bad">
            {`${TEXT.since} `}
            <When at={Date.parse(refusedSince)} now={now} />
            {` · ${refusedWhy}`}
          </dd>
        </>
      )}
    </dl>
  );
}

const TABLES_SHOWN = 8;

/** The largest tables, and how they grow. */
function Storage({ fleet: { tables } }: FleetView) {
  if (tables === null) return null;
  const total = tables.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <section class="card">
      <h2>{TEXT.storage}</h2>
      <p class="quiet">{TEXT.storageTotal(sizeText(total))}</p>
      <div class="scroll" role="region" aria-label={TEXT.storage} tabindex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{TEXT.table}</th>
              <th scope="col" class="number">
                {TEXT.rows}
              </th>
              <th scope="col" class="number">
                {TEXT.size}
              </th>
              <th scope="col" class="number">
                {TEXT.growth}
              </th>
            </tr>
          </thead>
          <tbody>
            {tables.slice(0, TABLES_SHOWN).map(({ name, rows, bytes, rowsPerDay, bytesPerDay }) => (
              <tr>
                <th scope="row">{name}</th>
                <td class="number">{rows.toLocaleString('en')}</td>
                <td class="number">{sizeText(bytes)}</td>
                <td class="number">{growthText(rowsPerDay, bytesPerDay)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Audit({ fleet: { audit }, now }: FleetView) {
  return (
    <section class="card">
      <h2>{TEXT.audit}</h2>
      <dl>
        <dt>{TEXT.schedule}</dt>
        <dd>
          {audit.enabled === null
            ? TEXT.scheduleUnknown
            : audit.enabled
              ? TEXT.scheduleOn(audit.every)
              : TEXT.scheduleOff}
        </dd>
        <dt>{TEXT.lastRun}</dt>
        <dd>
          {audit.lastRunAt === null ? TEXT.noneYet : <When at={Date.parse(audit.lastRunAt)} now={now} />}
        </dd>
        <dt>{TEXT.result}</dt>
        <dd>{auditText(audit.lastResult)}</dd>
        <dt>{TEXT.nextRun}</dt>
        <dd>{audit.nextRunAt === null ? TEXT.notScheduled : <Instant at={Date.parse(audit.nextRunAt)} />}</dd>
      </dl>
    </section>
  );
}
