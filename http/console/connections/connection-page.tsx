import { type Integration, factsOf } from '../../../adapters/postgres/integrations/integration-row';
import { type Attempt } from '../../../adapters/postgres/tokens/refresh-attempts';
import { ACTION_LABELS, type Banner } from '../../../core/text/banner';
import { CONNECTION_TEXT as TEXT } from '../../../core/text/console-connections';
import { SHELL_TEXT } from '../../../core/text/console-shell';
import { nextStepText } from '../../../core/text/next-step';
import { hasLifecycle } from '../../../core/lifecycle/states';
import { pathOfConnection } from '../paths';
import { Activity, type ActivityView, Attempts } from './activity';
import { Details, type DetailsView } from './details';
import { LifeBar } from './life-bar';
import { Action, Confirm, CopyField, Dialog, Instant, StateBadge } from '../parts';

export interface ConnectionView extends DetailsView {
  /** What its owner sees; null: nothing. */
  banner: Banner | null;
  activity: ActivityView;
  /** Newest first. */
  attempts: Attempt[];
  mayOperate: boolean;
  /** Whether a link can be emailed to the owner. */
  mayEmail: boolean;
}

/** Refreshes the token on load if it expires soon. Only a failure is shown, beside what an action said meanwhile. */
export function RefreshOnLoad({ id }: { id: string }) {
  return (
    <div
      hx-post={`${pathOfConnection(id)}/check`}
      hx-trigger="load"
      hx-target="#toasts"
      hx-select=".toast"
      hx-swap="beforeend"
    />
  );
}

export function Connection(view: ConnectionView) {
  const { row, now, mayOperate } = view;
  return (
    <>
      <NeedsOwner {...view} />
      <div class="columns">
        <div>
          <Status {...view} />
          {mayOperate && row.state !== 'disconnected' && <Actions {...view} />}
          <Attempts attempts={view.attempts} now={now} />
          <Activity view={view.activity} path={pathOfConnection(row.id)} now={now} />
        </div>
        <Details {...view} />
      </div>
    </>
  );
}

/** What an operator does when the owner has to act, and what the owner reads. */
function NeedsOwner({ row, banner, mayOperate, mayEmail }: ConnectionView) {
  if (!banner) return null;
  const kinds = banner.actions.map(({ kind }) => kind);
  const path = pathOfConnection(row.id);
  const isProblem = banner.level === 'error';
  return (
    <section class={`banner ${banner.level}`} aria-label={isProblem ? TEXT.problem : TEXT.warning}>
      <p>
        <strong>{TEXT.askOwner(kinds, isProblem)}</strong>
      </p>
      {mayOperate && (
        <div class="actions">
          {kinds.includes('check_again') && (
            <Action path={`${path}/recheck`} label={ACTION_LABELS.check_again} kind="main" />
          )}
          {kinds.includes('reconnect') && (
            <Action
              path={`${path}/reconnect-link`}
              label={TEXT.copyLink}
              kind={kinds.includes('check_again') ? undefined : 'main'}
            />
          )}
          {kinds.includes('reconnect') && mayEmail && (
            <Action path={`${path}/email-link`} label={TEXT.emailLink} />
          )}
        </div>
      )}
      <details id="owner-view" open>
        <summary>{TEXT.ownerView}</summary>
        <p>{banner.text}</p>
        {banner.note && <p>{banner.note}</p>}
        {banner.actions.length > 0 && (
          <p class="quiet">{banner.actions.map(({ label }) => `[${label}]`).join(' ')}</p>
        )}
      </details>
    </section>
  );
}

/** The state in one line, and the token's life. */
function Status({ row, now }: ConnectionView) {
  const isFailing = row.failedAttempts + (row.recovery?.tries ?? 0) > 0;
  return (
    <section class="card" aria-label={TEXT.state}>
      <p>
        <StateBadge {...row} now={now} /> <span class="quiet">· {nextStepText(factsOf(row), now)}</span>
      </p>
      <LifeBar {...row} now={now} />
      <Legend row={row} />
      {row.lastError && isFailing && <p class="warn">{row.lastError.text}</p>}
    </section>
  );
}

/** What the bar shows, with exact times. */
function Legend({ row }: { row: Integration }) {
  const { issuedAt, refreshAt, expiresAt } = row;
  if (!hasLifecycle(row.state) || row.state === 'expired' || issuedAt === null || expiresAt === null)
    return null;
  return (
    <p class="legend">
      <span>
        <b>{TEXT.issued}</b> <Instant at={issuedAt} />
      </span>
      {refreshAt !== null && (
        <span>
          <b>{TEXT.nextRefresh}</b> <Instant at={refreshAt} />
        </span>
      )}
      <span>
        <b>{TEXT.expires}</b> <Instant at={expiresAt} />
      </span>
    </p>
  );
}

function Actions({ row, banner, mayEmail }: ConnectionView) {
  const path = pathOfConnection(row.id);
  const bannerHasLink = banner?.actions.some(({ kind }) => kind === 'reconnect');
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
        {!bannerHasLink && mayEmail && <Action path={`${path}/email-link`} label={TEXT.emailLink} />}
        <Confirm id="disconnect" label={TEXT.disconnect} text={TEXT.disconnectWarning}>
          <Action path={`${path}/disconnect`} label={TEXT.disconnectPermanently} kind="danger" />
        </Confirm>
      </div>
    </section>
  );
}

/** A link that was created just now. */
export function CreatedLink({ url, expiresAt }: { url: string; expiresAt: string }) {
  return (
    <Dialog id="created-link" keeps title={TEXT.linkCreated} close={SHELL_TEXT.copiedIt}>
      <CopyField id="link" label={TEXT.linkHint} value={url} />
      <p class="quiet">
        {TEXT.linkExpires} <Instant at={Date.parse(expiresAt)} />
      </p>
    </Dialog>
  );
}
