import { DELIVERIES_TEXT } from '../../../core/text/console-deliveries';
import { FLEET_TEXT as TEXT, auditText } from '../../../core/text/console-fleet';
import { growthText, sizeText } from '../../../core/text/sizes';
import { EVENT_LABELS, STATE_LABELS } from '../../../core/text/console-labels';
import { type Health } from '../../../core/lifecycle/health';
import { STATES, type State } from '../../../core/lifecycle/states';
import { HOUR_MS } from '../../../core/time';
import { type CallCount, healthOfCalls } from '../../../core/fleet/provider-status';
import { type KeyHolder } from '../../../adapters/postgres/keys/key-holders';
import { type fleetStatusFor } from '../../api/fleet-status';
import { DeliveryCountList } from './delivery-counts';
import { DataTable, Instant, When } from '../parts';
import { CONNECTIONS, withQuery } from '../paths';
import { type Day, ExpiryChart } from './chart';
import { ProviderStatusLine } from './provider-status';

export interface FleetView {
  fleet: Awaited<ReturnType<typeof fleetStatusFor>>;
  /** How many tokens expire on each of the coming days, today first. */
  days: Day[];
  /** Calls to Instagram by hour, newest first. */
  calls: CallCount[];
  /** Running processes; null: they are not for this user. */
  processes: KeyHolder[] | null;
  /** Whether the user may open the delivery log. */
  hasLog: boolean;
  now: number;
}

export function Fleet(view: FleetView) {
  const { fleet, days, now } = view;
  const oldest = fleet.deliveries.oldestWaitingAt;
  // A user limited to some owners does not see what concerns everyone's.
  const isWhole = fleet.ownerRefs === null;
  return (
    <>
      <ProviderStatusLine provider={fleet.provider} />
      <div class="tiles">
        {STATES.map((state) => (
          <a href={withQuery(CONNECTIONS, { state })}>
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
        <ExpiryChart days={days} />
      </section>
      <div class="columns">
        <section class="card">
          <h2>{TEXT.atRisk}</h2>
          <dl>
            {(['d3', 'd7', 'd14'] as const).map((within) => (
              <>
                <dt>{TEXT.expiresWithin(within.slice(1))}</dt>
                <dd>
                  <a href={withQuery(CONNECTIONS, { days: within.slice(1) })}>
                    {String(fleet.expiringWithin[within])}
                  </a>
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
          <StatusHours {...view} />
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
      <Processes {...view} />
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

const HOURS = 48;

/** How well Instagram answered in each of the last hours. */
function StatusHours({ calls, now }: FleetView) {
  const byHour = new Map(calls.map((count) => [count.at, count]));
  const thisHour = now - (now % HOUR_MS);
  const hours = Array.from({ length: HOURS }, (_, n) => thisHour - (HOURS - 1 - n) * HOUR_MS);
  const healthAt = (at: number) => {
    const count = byHour.get(at);
    return { at, count, health: count ? healthOfCalls(count) : null };
  };
  const shown = hours.map(healthAt);
  const bad = shown.filter(({ health }) => health !== null && health !== 'ok').length;
  return (
    <>
      <div class="hours" role="img" aria-label={TEXT.hours(HOURS, bad)}>
        {shown.map(({ at, count, health }) => (
          <span class={health ?? undefined} title={TEXT.hour(new Date(at).toISOString(), count ?? null)} />
        ))}
      </div>
      <div class="axis" aria-hidden="true">
        <span>{TEXT.hoursAgo(HOURS)}</span>
        <span>{TEXT.now}</span>
      </div>
    </>
  );
}

/** Workers and APIs that run now. */
function Processes({ processes }: FleetView) {
  if (processes === null) return null;
  return (
    <section class="card">
      <h2>{TEXT.processes}</h2>
      {processes.every(({ role }) => role !== 'worker' && role !== SANDBOX_ROLE) && (
        <p class="bad">{TEXT.noWorker}</p>
      )}
      {processes.length > 0 && (
        <DataTable label={TEXT.processes} columns={TEXT.processColumns}>
          {processes.map(({ role, host, pid, version, seenSecondsAgo }) => (
            <tr>
              <th scope="row">{role}</th>
              <td>{`${host}/${pid}`}</td>
              <td data-label={TEXT.processColumns.version}>{version ?? '—'}</td>
              <td data-label={TEXT.processColumns.seen}>{TEXT.secondsAgo(seenSecondsAgo)}</td>
            </tr>
          ))}
        </DataTable>
      )}
    </section>
  );
}

/** `npm start` runs everything in one process. */
const SANDBOX_ROLE = 'evergrant';

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
