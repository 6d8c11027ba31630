import { type Child } from 'hono/jsx';
import { CONNECTIONS_TEXT } from '../../core/text/console-connections';
import { REASON_LABELS, stateLabel } from '../../core/text/console-labels';
import { SHELL_TEXT as TEXT } from '../../core/text/console-shell';
import { relative } from '../../core/text/human-time';
import { healthOf } from '../../core/lifecycle/health';
import { type LifecycleFacts } from '../../core/lifecycle/facts';

/** A relative time. The tooltip shows the exact time in the viewer's time zone. */
export function When({ at, now }: { at: number; now: number }) {
  const iso = new Date(at).toISOString();
  return (
    <time dateTime={iso} data-utc="title" title={utc(at)}>
      {relative(at, now)}
    </time>
  );
}

/** A time to the minute, in the viewer's time zone if scripts run, otherwise in UTC. */
export function Instant({ at }: { at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} data-utc="text">
      {utc(at)}
    </time>
  );
}

function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

type Badge = Pick<
  LifecycleFacts,
  'state' | 'reason' | 'paused' | 'failedAttempts' | 'recovery' | 'expiresAt'
>;

export function StateBadge({ now, ...props }: Badge & { now: number }) {
  const { word, icon } = stateLabel(props);
  return (
    <>
      <span class={`state ${healthOf(props, now)}`}>
        <i aria-hidden="true">{icon}</i>
        {word}
      </span>
      {props.paused && <span class="quiet">{` · ${CONNECTIONS_TEXT.paused}`}</span>}
      {props.reason && <span class="quiet">{` · ${REASON_LABELS[props.reason]}`}</span>}
    </>
  );
}

/** What an action's response updates: the page, its toasts, and what was made. */
export const UPDATES_PAGE = {
  'hx-target': '#live',
  'hx-select': '#live',
  'hx-select-oob': '#toasts,#made',
  'hx-swap': 'outerMorph',
  'hx-sync': '#live:queue all',
} as const;

/** A form whose response updates the page and shows a toast. */
export function ActionForm({ path, children }: { path: string; children?: Child }) {
  return (
    <form method="post" action={path} hx-post={path} {...UPDATES_PAGE}>
      {children}
    </form>
  );
}

/** A form with one button. */
export function Action(props: { path: string; label: string; kind?: 'main' | 'danger' | undefined }) {
  return (
    <ActionForm path={props.path}>
      <button type="submit" class={props.kind}>
        {props.label}
      </button>
    </ActionForm>
  );
}

/**
 * A scrollable table. On phones its cells are stacked.
 * @param columns column headings; a heading in brackets is for screen readers only
 */
export function DataTable(props: {
  label: string;
  columns: Readonly<Record<string, string>>;
  caption?: string;
  children: Child;
}) {
  return (
    <div class="scroll" role="region" aria-label={props.label} tabindex={0}>
      <table class="stacked">
        {props.caption && <caption>{props.caption}</caption>}
        <thead>
          <tr>
            {Object.values(props.columns).map((column) => (
              <th scope="col">
                {column.startsWith('[') ? <span class="unseen">{column.slice(1, -1)}</span> : column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </div>
  );
}

/** Links between pages of a log, newest first. null: no page in that direction. */
export function Older({ newest, older }: { newest: string | null; older: string | null }) {
  if (!newest && !older) return null;
  return (
    <nav class="pages" aria-label={TEXT.pagesLabel}>
      {newest && (
        <a class="button" href={newest}>
          {TEXT.newest}
        </a>
      )}
      {older && (
        <a class="button" href={older}>
          {TEXT.older}
        </a>
      )}
    </nav>
  );
}

/** Links to alternative views, one of which is current. */
export function Tabs(props: { label: string; tabs: { label: string; href: string; current: boolean }[] }) {
  return (
    <nav class="tabs" aria-label={props.label}>
      {props.tabs.map(({ label, href, current }) => (
        <a class="button" href={href} aria-current={current ? 'page' : undefined}>
          {label}
        </a>
      ))}
    </nav>
  );
}

/** Before something breaks: the button opens a text that names what breaks, and the one that does it. @param of whose, for screen readers */
export function Confirm(props: { id: string; label: string; of?: string; text: string; children: Child }) {
  return (
    <details id={props.id} class="confirm">
      <summary class="button danger">
        {props.label}
        {props.of && <span class="unseen"> {props.of}</span>}
      </summary>
      <div>
        <p>{props.text}</p>
        {props.children}
      </div>
    </details>
  );
}

/**
 * A window above the page. @param close the button that closes it
 * @param keeps what it shows is shown once, so that the Escape key does not close it
 */
export function Dialog(props: {
  id: string;
  title: string;
  close: string;
  keeps?: boolean;
  /** A button of another form, which names it by `form`. */
  submit?: Child;
  children: Child;
}) {
  return (
    <dialog id={props.id} open data-modal={props.keeps ? 'keep' : ''} aria-labelledby={`${props.id}-title`}>
      <h2 id={`${props.id}-title`}>{props.title}</h2>
      {props.children}
      <form method="dialog" class="actions">
        {props.submit}
        <button>{props.close}</button>
      </form>
    </dialog>
  );
}

/** Something to copy. @param props.value shown in a field, which is selected when the button is used */
export function CopyField({ id, label, value }: { id: string; label: string; value: string }) {
  return (
    <>
      <label for={id}>{label}</label>
      <div class="copy">
        <input id={id} readonly value={value} />
        <button type="button" data-copy={id} data-done={TEXT.copied}>
          {TEXT.copy}
        </button>
      </div>
    </>
  );
}

/** A short value with a button that copies it. */
export function Copyable({ id, value, label }: { id: string; value: string; label: string }) {
  return (
    <span class="copyable">
      <code id={id}>{value}</code>
      <button type="button" data-copy={id} data-done={TEXT.copied} aria-label={TEXT.copyWhat(label)}>
        {TEXT.copy}
      </button>
    </span>
  );
}
