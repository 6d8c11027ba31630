import { type DeliveryCounts } from '../../../adapters/postgres/deliveries/delivery-log';
import { type Fleet } from '../../../adapters/postgres/fleet/fleet';
import { type ConnectionPage } from '../../../adapters/postgres/fleet/connection-list';
import { factsOf } from '../../../adapters/postgres/integrations/integration-row';
import { OVERVIEW_TEXT as TEXT, type SetUpStep } from '../../../core/text/console-overview';
import { DELIVERIES_TEXT } from '../../../core/text/console-deliveries';
import { nextStepText } from '../../../core/text/next-step';
import { CONSOLE } from '../../middleware/headers';
import { DeliveryCountList, ExpiryCounts } from '../fleet/counts';
import { ProviderStatusLine, type StatusView } from '../fleet/provider-status';
import { nameOf } from '../connections/verbs';
import { Action, StateBadge } from '../parts';
import { CONNECTIONS, DELIVERIES, MAIL, SETTINGS, WEBHOOKS, pathOfConnection, withQuery } from '../paths';

export interface Step {
  name: SetUpStep;
  done: boolean;
}

interface OverviewView {
  expiringWithin: Fleet['expiringWithin'];
  provider: StatusView;
  deliveries: DeliveryCounts;
  /** Those whose owner has to act, those that fail, and healthy ones by expiry. */
  attention: ConnectionPage;
  failing: ConnectionPage;
  next: ConnectionPage;
  /** null: nothing is left to set up. */
  steps: Step[] | null;
  hasLog: boolean;
  now: number;
}

/** What needs action, how Instagram answers, what expires, and what is still to be set up. */
export function Overview(view: OverviewView) {
  const { attention, failing, next, steps, now } = view;
  return (
    <>
      <ProviderStatusLine provider={view.provider} />
      {steps && <SetUp steps={steps} />}
      <div class="columns">
        <div>
          <Group
            title={TEXT.attention}
            none={TEXT.noAttention}
            found={attention}
            all={withQuery(CONNECTIONS, { state: 'attention' })}
            now={now}
          />
          {failing.count > 0 && (
            <Group
              title={TEXT.failing}
              none=""
              found={failing}
              all={withQuery(CONNECTIONS, { state: 'failing' })}
              now={now}
            />
          )}
          <Group
            title={TEXT.next}
            none={TEXT.noNext}
            found={next}
            all={withQuery(CONNECTIONS, { state: 'active', sort: 'expiry' })}
            now={now}
          />
        </div>
        <div>
          <section class="card">
            <h2>{TEXT.expiring}</h2>
            <dl>
              <ExpiryCounts {...view.expiringWithin} label={TEXT.within} />
            </dl>
          </section>
          <section class="card">
            <h2>{DELIVERIES_TEXT.title}</h2>
            <DeliveryCountList {...view.deliveries} now={now} hasLog={view.hasLog} />
            {view.hasLog && (
              <p>
                <a href={DELIVERIES}>{DELIVERIES_TEXT.viewLog}</a>
              </p>
            )}
          </section>
        </div>
      </div>
    </>
  );
}

/** The first connections of a list, with a link to it. */
function Group(props: { title: string; none: string; found: ConnectionPage; all: string; now: number }) {
  const { title, none, found, all, now } = props;
  return (
    <section class="card">
      <h2>{title}</h2>
      {found.count === 0 ? (
        <p class="quiet">{none}</p>
      ) : (
        <ul class="checklist">
          {found.rows.map((row) => (
            <li>
              <a href={pathOfConnection(row.id)}>{nameOf(row)}</a>
              <span>
                <StateBadge {...row} now={now} />
              </span>
              <span class="quiet">{nextStepText(factsOf(row), now)}</span>
            </li>
          ))}
        </ul>
      )}
      {found.count > found.rows.length && (
        <p>
          <a href={all}>{TEXT.showAll(found.count)}</a>
        </p>
      )}
    </section>
  );
}

const WHERE: Partial<Record<SetUpStep, string>> = {
  account: `${CONNECTIONS}/new`,
  apiKey: SETTINGS,
  webhook: WEBHOOKS,
  mail: MAIL,
};

/** What a new deployment needs. Steps tick themselves off, but for the one that nobody else can see. */
function SetUp({ steps }: { steps: Step[] }) {
  return (
    <section class="card">
      <h2>{TEXT.setUp(steps.filter(({ done }) => done).length, steps.length)}</h2>
      <ol class="checklist">
        {steps.map(({ name, done }) => (
          <li>
            <span class={`state ${done ? 'good' : 'neutral'}`}>
              <i aria-hidden="true">{done ? '✓' : '○'}</i>
              <span class="unseen">{done ? TEXT.done : TEXT.open}</span>
            </span>
            <p>
              {WHERE[name] ? <a href={WHERE[name]}>{TEXT.steps[name].title}</a> : TEXT.steps[name].title}
              {!done && <span class="quiet"> · {TEXT.steps[name].how}</span>}
            </p>
            {name === 'backup' && !done && <Action path={`${CONSOLE}/set-up/backup`} label={TEXT.markDone} />}
          </li>
        ))}
      </ol>
      <Action path={`${CONSOLE}/set-up/hidden`} label={TEXT.hide} />
    </section>
  );
}
