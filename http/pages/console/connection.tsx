import { type Event } from '../../../adapters/postgres/events';
import { type Integration, factsOf } from '../../../adapters/postgres/integration-row';
import { type Banner } from '../../../core/sentences';
import { CONSOLE_TEXT, EVENT_LABELS, REASON_LABELS, nextStepText } from '../../../core/console-pages';
import { type Reason } from '../../../core/states';
import { pathOfConnection } from './paths';
import { LifeBar } from './life-bar';
import { Action, CopyBox, Instant, StateBadge, When } from './parts';

export interface ConnectionView {
  row: Integration;
  banner: Banner | null;
  events: Event[];
  now: number;
  mayOperate: boolean;
  /** Whether its conversations may be looked at. */
  hasMessages: boolean;
  temporalUrl: string | null;
}

/** The proactive check: one refresh if the token ends soon, told only when it fails. */
export function CheckOnLoad({ id }: { id: string }) {
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
          <section class="card" aria-label="State">
            <p>
              <StateBadge state={row.state} reason={row.reason} paused={row.paused} />
            </p>
            <LifeBar {...row} now={now} />
            <p>{nextStepText(factsOf(row), now)}</p>
            {row.lastError && row.failedAttempts + (row.recovery?.tries ?? 0) > 0 && (
              <p class="warn">{`Last trouble: ${row.lastError.text}`}</p>
            )}
          </section>
          {view.mayOperate && row.state !== 'disconnected' && <Actions {...view} />}
          <section class="card">
            <h2>What happened</h2>
            <Timeline events={view.events} now={now} />
          </section>
        </div>
        <Details {...view} />
      </div>
    </>
  );
}

function BannerBox({ row, banner, mayOperate }: ConnectionView) {
  if (!banner) return null;
  return (
    <section class={`banner ${banner.level}`} aria-label={banner.level === 'error' ? 'Problem' : 'Warning'}>
      <p>
        <strong>{banner.text}</strong>
      </p>
      {mayOperate && (
        <Action
          path={`${pathOfConnection(row.id)}/${row.recovery?.ownerAction ? 'recheck' : 'reconnect-link'}`}
          label={row.recovery?.ownerAction ? 'Check again' : 'Make a reconnect link'}
          kind="main"
        />
      )}
    </section>
  );
}

function Actions({ row }: ConnectionView) {
  const path = pathOfConnection(row.id);
  const isConnected = row.state !== 'pending';
  return (
    <section class="card">
      <h2>Actions</h2>
      <div class="actions">
        {isConnected && row.state !== 'expired' && <Action path={`${path}/refresh`} label="Refresh now" />}
        {isConnected && <Action path={`${path}/recheck`} label="Check now" />}
        {row.paused ? (
          <Action path={`${path}/resume`} label="Resume" />
        ) : (
          <Action path={`${path}/pause`} label="Pause" />
        )}
        <Action path={`${path}/reconnect-link`} label={isConnected ? 'Reconnect link' : 'Connect link'} />
      </div>
      <details>
        <summary>Disconnect …</summary>
        <p>{CONSOLE_TEXT.disconnectWarning}</p>
        <Action path={`${path}/disconnect`} label="Disconnect for good" kind="danger" />
      </details>
    </section>
  );
}

export function LinkBox({ url, expiresAt }: { url: string; expiresAt: string }) {
  return (
    <CopyBox id="link" label={CONSOLE_TEXT.linkHint} value={url}>
      <p class="quiet">
        Valid until <Instant at={Date.parse(expiresAt)} />
      </p>
    </CopyBox>
  );
}

function Details({ row, temporalUrl, hasMessages, now }: ConnectionView) {
  return (
    <aside class="card" aria-label="Details">
      <dl>
        <dt>Account</dt>
        <dd>{row.username ? `@${row.username}` : 'none yet'}</dd>
        <dt>Owner</dt>
        <dd>{row.ownerRef}</dd>
        {row.externalId && (
          <>
            <dt>External id</dt>
            <dd>{row.externalId}</dd>
          </>
        )}
        <dt>Contact</dt>
        <dd>{row.contactEmail ?? 'none: only operators get mail'}</dd>
        <dt>Token version</dt>
        <dd>{String(row.version)}</dd>
        <Detail name="Issued" at={row.issuedAt} now={now} />
        <Detail name="Refresh from" at={row.refreshAt} now={now} />
        <Detail name="Ends" at={row.expiresAt} now={now} />
        <Detail name="Created" at={row.createdAt} now={now} />
        <dt>Id</dt>
        <dd>
          <code>{row.id}</code>
        </dd>
      </dl>
      <p />
      {hasMessages && (
        <p>
          <a class="button" href={`${pathOfConnection(row.id)}/messages`}>
            Messages
          </a>
        </p>
      )}
      {temporalUrl && (
        <p>
          <a href={temporalUrl} rel="noreferrer">
            Workflow in Temporal
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
          {typeof data.by === 'string' && <span class="quiet">{` · by ${data.by}`}</span>}
        </li>
      ))}
    </ol>
  );
}
