import { DELIVERIES_TEXT } from '../../../core/text/console-deliveries';
import { FLEET_TEXT as TEXT } from '../../../core/text/console-fleet';
import { EVENT_LABELS, STATE_LABELS } from '../../../core/text/console-labels';
import { type Health } from '../../../core/lifecycle/health';
import { STATES, type State } from '../../../core/lifecycle/states';
import { type CallCount } from '../../../core/fleet/provider-status';
import { type KeyHolder } from '../../../adapters/postgres/keys/key-holders';
import { type FleetStatus } from '../../api/fleet-status';
import { DeliveryCountList, ExpiryCounts } from './counts';
import { When } from '../parts';
import { CONNECTIONS, withQuery } from '../paths';
import { type Day, ExpiryChart } from './chart';
import { Audit, Processes, Storage } from './deployment';
import { Callbacks, ProviderStatusLine, StatusHours } from './provider-status';

export interface FleetView {
  fleet: FleetStatus;
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
            <ExpiryCounts {...fleet.expiringWithin} label={TEXT.expiresWithin} />
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
          <StatusHours calls={view.calls} now={now} />
          {isWhole && <Callbacks callbacks={fleet.callbacks} now={now} />}
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
        {isWhole && <Audit audit={fleet.audit} now={now} />}
      </div>
      {view.processes && <Processes processes={view.processes} />}
      {fleet.tables && <Storage tables={fleet.tables} />}
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
