import { type Event } from '../../../adapters/postgres/deliveries/events';
import { type Integration, factsOf } from '../../../adapters/postgres/integrations/integration-row';
import { ACTION_LABELS, type Banner } from '../../../core/text/banner';
import { CONNECTION_TEXT as TEXT } from '../../../core/text/console-connections';
import { EVENT_LABELS, REASON_LABELS } from '../../../core/text/console-labels';
import { nextStepText } from '../../../core/text/next-step';
import { type Reason } from '../../../core/lifecycle/states';
import { pathOfConnection } from '../paths';
import { LifeBar } from './life-bar';
import { Action, CopyBox, Instant, Older, StateBadge, When } from '../parts';

export interface ConnectionView {
  row: Integration;
  banner: Banner | null;
  /** Newest first. */
  events: Event[];
  isNewest: boolean;
  /** URL of the older events; null: there are none. */
  older: string | null;
  now: number;
  mayOperate: boolean;
  /** Whether the user may see its conversations. */
  hasMessages: boolean;
  temporalUrl: string | null;
}

/** Refreshes the token on load if it expires soon. Only a failure is shown. */
export function RefreshOnLoad({ id }: { id: string }) {
  return (
    <div
      hx-post={`${pathOfConnection(id)}/check`}
      hx-trigger="load"
      hx-target="#toasts"
      hx-select="#toasts"
      hx-swap="outerMorph"
    />
  );
}

export function Connection(view: ConnectionView) {
  const { row, now } = view;
  return (
    <>
      <BannerBox {...view} />
      <div class="columns">
        <div>
          <section class="card" aria-label={TEXT.state}>
            <p>
              <StateBadge {...row} now={now} />
            </p>
            <LifeBar {...row} now={now} />
            <p>{nextStepText(factsOf(row), now)}</p>
            {row.lastError && row.failedAttempts + (row.recovery?.tries ?? 0) > 0 && (
              <p class="warn">{row.lastError.text}</p>
            )}
          </section>
          {view.mayOperate && row.state !== 'disconnected' && <Actions {...view} />}
          <section class="card">
            <h2>{TEXT.activity}</h2>
            <Timeline events={view.events} now={now} />
            <Older newest={view.isNewest ? null : pathOfConnection(row.id)} older={view.older} />
          </section>
        </div>
        <Details {...view} />
      </div>
    </>
  );
}

function BannerBox({ row, banner, mayOperate }: ConnectionView) {
  if (!banner) return null;
  const action = banner.actions[0]?.kind;
  return (
    <section
      class={`banner ${banner.level}`}
      aria-label={banner.level === 'error' ? TEXT.problem : TEXT.warning}
    >
      <p>
        <strong>{banner.text}</strong>
      </p>
      {mayOperate && action && (
        <Action
          path={`${pathOfConnection(row.id)}/${action === 'check_again' ? 'recheck' : 'reconnect-link'}`}
          label={action === 'check_again' ? ACTION_LABELS.check_again : TEXT.createReconnectLink}
          kind="main"
        />
      )}
    </section>
  );
}

function Actions({ row, banner }: ConnectionView) {
  const path = pathOfConnection(row.id);
  const bannerHasLink = banner?.actions[0]?.kind === 'reconnect';
  const isConnected = row.state !== 'pending';
  return (
    <section class="card">
      <h2>{TEXT.actions}</h2>
      <div class="actions">
        {isConnected && row.state !== 'expired' && <Action path={`${path}/refresh`} label={TEXT.refresh} />}
        {isConnected && <Action path={`${path}/recheck`} label={TEXT.recheck} />}
        {row.paused ? (
          <Action path={`${path}/resume`} label={TEXT.resume} />
        ) : (
          <Action path={`${path}/pause`} label={TEXT.pause} />
        )}
        {!bannerHasLink && (
          <Action
            path={`${path}/reconnect-link`}
            label={isConnected ? TEXT.createReconnectLink : TEXT.createConnectLink}
          />
        )}
      </div>
      <details id="disconnect">
        <summary>{TEXT.disconnect}</summary>
        <p>{TEXT.disconnectWarning}</p>
        <Action path={`${path}/disconnect`} label={TEXT.disconnectPermanently} kind="danger" />
      </details>
    </section>
  );
}

export function LinkBox({ url, expiresAt }: { url: string; expiresAt: string }) {
  return (
    <CopyBox id="link" label={TEXT.linkHint} value={url}>
      <p class="quiet">
        {TEXT.linkExpires} <Instant at={Date.parse(expiresAt)} />
      </p>
    </CopyBox>
  );
}

function Details({ row, temporalUrl, hasMessages, now }: ConnectionView) {
  return (
    <aside class="card" aria-label={TEXT.details}>
      <dl>
        <dt>{TEXT.account}</dt>
        <dd>{row.username ? `@${row.username}` : TEXT.noAccount}</dd>
        <dt>{TEXT.owner}</dt>
        <dd>{row.ownerRef}</dd>
        {row.externalId && (
          <>
            <dt>{TEXT.externalId}</dt>
            <dd>{row.externalId}</dd>
          </>
        )}
        <dt>{TEXT.contact}</dt>
        <dd>{row.contactEmail ?? TEXT.noContact}</dd>
        <dt>{TEXT.version}</dt>
        <dd>{String(row.version)}</dd>
        <Detail name={TEXT.issued} at={row.issuedAt} now={now} />
        {row.state === 'expired' ? (
          <Detail name={TEXT.expiredOn} at={row.expiredAt} now={now} />
        ) : (
          <>
            <Detail name={TEXT.nextRefresh} at={row.refreshAt} now={now} />
            <Detail name={TEXT.expires} at={row.expiresAt} now={now} />
          </>
        )}
        <Detail name={TEXT.created} at={row.createdAt} now={now} />
        <dt>{TEXT.id}</dt>
        <dd>
          <code>{row.id}</code>
        </dd>
      </dl>
      {hasMessages && (
        <p>
          <a class="button" href={`${pathOfConnection(row.id)}/messages`}>
            {TEXT.messages}
          </a>
        </p>
      )}
      {temporalUrl && (
        <p>
          <a href={temporalUrl} rel="noreferrer">
            {TEXT.workflow}
          </a>
        </p>
      )}
    </aside>
  );
}

function Detail({ name, at, now }: { name: string; at: number | null; now: number }) {
  if (at === null) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <Instant at={at} /> <span class="quiet">({<When at={at} now={now} />})</span>
      </dd>
    </>
  );
}

function Timeline({ events, now }: { events: Event[]; now: number }) {
  return (
    <ol class="timeline">
      {events.map(({ id, type, at, data }) => (
        <li key={id}>
          <When at={at} now={now} />
          {EVENT_LABELS[type]}
          {typeof data.reason === 'string' && (
            <span class="quiet">{` · ${REASON_LABELS[data.reason as Reason] ?? data.reason}`}</span>
          )}
          {typeof data.by === 'string' && <span class="quiet">{` · ${TEXT.by(data.by)}`}</span>}
        </li>
      ))}
    </ol>
  );
}
