import { type Event } from '../../../adapters/postgres/deliveries/events';
import { type Attempt } from '../../../adapters/postgres/tokens/refresh-attempts';
import { ACTIVITY, type ActivityKind, activityDetails } from '../../../core/text/activity';
import { CONNECTION_TEXT as TEXT } from '../../../core/text/console-connections';
import { EVENT_LABELS } from '../../../core/text/console-labels';
import { failureText } from '../../../core/text/provider-failures';
import { Older, Tabs, When } from '../parts';
import { withQuery } from '../paths';

export interface ActivityView {
  /** Newest first. */
  events: Event[];
  /** What it is limited to; empty: everything. */
  kind: ActivityKind | '';
  isNewest: boolean;
  /** URL of the older events; null: there are none. */
  older: string | null;
}

/** What happened to a connection. Each event has a link of its own. */
export function Activity({ view, path, now }: { view: ActivityView; path: string; now: number }) {
  const { events, kind, isNewest, older } = view;
  const tab = (name: ActivityKind | '', label: string) => ({
    label,
    href: withQuery(path, { activity: name }),
    current: kind === name,
  });
  return (
    <section class="card">
      <h2>{TEXT.activity}</h2>
      <Tabs
        label={TEXT.activityFilter}
        tabs={[
          tab('', TEXT.allActivity),
          ...(Object.keys(ACTIVITY) as ActivityKind[]).map((name) => tab(name, ACTIVITY[name].label)),
        ]}
      />
      {events.length === 0 && <p class="quiet">{TEXT.noActivity}</p>}
      <ol class="timeline">
        {events.map(({ id, type, at, data }) => (
          <li key={id} id={id}>
            <a class="when" href={`#${id}`}>
              <When at={at} now={now} />
            </a>
            {EVENT_LABELS[type]}
            {activityDetails(data).map((detail) => (
              <span class="quiet">{` · ${detail}`}</span>
            ))}
          </li>
        ))}
      </ol>
      <Older newest={isNewest ? null : withQuery(path, { activity: kind })} older={older} />
    </section>
  );
}

/** The newest attempts to refresh the token, each with what came of it. */
export function Attempts({ attempts, now }: { attempts: Attempt[]; now: number }) {
  if (attempts.length === 0) return null;
  return (
    <section class="card">
      <h2>{TEXT.attempts}</h2>
      <dl>
        {attempts.map(({ startedAt, outcome, failure }) => (
          <>
            <dt>
              <When at={startedAt} now={now} />
            </dt>
            <dd class={outcome === 'answered' || outcome === null ? undefined : 'warn'}>
              {outcome === null ? TEXT.attemptRunning : TEXT.attemptOutcomes[outcome]}
              {failure && ` · ${failureText(failure)}`}
            </dd>
          </>
        ))}
      </dl>
    </section>
  );
}
