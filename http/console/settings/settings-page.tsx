import { type ApiKey } from '../../../adapters/postgres/access/api-keys';
import { type KeysReport } from '../../../services/keys/report';
import { KEYS_TEXT as TEXT, RING_TEXT as RING } from '../../../core/text/console-settings';
import { AUDIT_LOG_TEXT } from '../../../core/text/audit-log';
import { SHELL_TEXT } from '../../../core/text/console-shell';
import { SCOPES } from '../../../core/access/scopes';
import { Issued, type IssuedView } from './issued-page';
import { NoticeForms, Notices, type NoticesView } from './notices-page';
import { AUDIT_LOG, SETTINGS } from '../paths';
import { Action, ActionForm, CopyBox, DataTable, Instant, When } from '../parts';

export interface RingView {
  report: KeysReport;
  /** The recommended next step. */
  next: string;
}

export function Settings(props: {
  keys: ApiKey[];
  issued: IssuedView;
  ring: RingView | null;
  notices: NoticesView | null;
  now: number;
}) {
  const { keys, issued, ring, notices, now } = props;
  return (
    <>
      <section class="card">
        <h2>{TEXT.title}</h2>
        {keys.length === 0 ? <p>{TEXT.none}</p> : <KeyTable keys={keys} now={now} />}
        <p>
          <a href={AUDIT_LOG}>{AUDIT_LOG_TEXT.view}</a>
        </p>
      </section>
      <Issued view={issued} />
      {notices && <Notices view={notices} now={now} />}
      {ring && (
        <section class="card">
          <h2>{RING.title}</h2>
          <RingTable ring={ring.report} />
          <p class="quiet">{RING.next(ring.next)}</p>
        </section>
      )}
    </>
  );
}

/** Outside the part that updates automatically, so that typed text is kept. */
export function SettingsForms({ notices }: { notices: NoticesView | null }) {
  return (
    <>
      <NewKeyForm />
      {notices && <NoticeForms hasMail={notices.hasMail} />}
    </>
  );
}

function NewKeyForm() {
  return (
    <details class="card">
      <summary>{TEXT.newKey}</summary>
      <ActionForm path={`${SETTINGS}/api-keys`}>
        <div class="fields">
          <div>
            <label for="name">{TEXT.columns.name}</label>
            <input id="name" name="name" maxlength={100} required placeholder={TEXT.nameHint} />
          </div>
          <div>
            <label for="owners">{TEXT.ownersField}</label>
            <input id="owners" name="owners" maxlength={1000} placeholder={TEXT.ownersHint} />
          </div>
        </div>
        <fieldset>
          <legend>{TEXT.columns.scopes}</legend>
          {SCOPES.map((scope) => (
            <label class="tick">
              <input type="checkbox" name="scopes" value={scope} /> {scope}
            </label>
          ))}
        </fieldset>
        <button type="submit" class="main">
          {TEXT.create}
        </button>
      </ActionForm>
    </details>
  );
}

export function CreatedKey({ text }: { text: string }) {
  return <CopyBox id="made-key" label={TEXT.once} value={text} />;
}

function KeyTable({ keys, now }: { keys: ApiKey[]; now: number }) {
  return (
    <DataTable label={TEXT.title} columns={TEXT.columns}>
      {keys.map((key) => (
        <tr id={key.id}>
          <th scope="row">{key.name}</th>
          <td>{key.scopes.join(', ')}</td>
          <td>{key.ownerRefs?.join(', ') ?? TEXT.allOwners}</td>
          <td data-label={TEXT.columns.maker}>
            {keys.find(({ id }) => id === key.createdBy)?.name ?? key.createdBy ?? '—'}
          </td>
          <td data-label={TEXT.columns.used}>
            {key.lastUsedAt === null ? SHELL_TEXT.never : <When at={key.lastUsedAt} now={now} />}
          </td>
          <td data-label={TEXT.columns.expires}>
            {key.expiresAt === null ? SHELL_TEXT.never : <Instant at={key.expiresAt} />}
          </td>
          <td>
            <Action
              path={`${SETTINGS}/api-keys/${key.id}/revoke`}
              label={TEXT.revoke(key.name)}
              kind="danger"
            />
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

function RingTable({ ring }: { ring: KeysReport }) {
  return (
    <DataTable label={RING.title} columns={RING.columns}>
      {ring.keys.map(({ id, role, check, rows, heldBy }) => (
        <tr>
          <th scope="row">{id}</th>
          <td class={role === 'missing' ? 'bad' : undefined}>{RING.roles[role]}</td>
          <td data-label={RING.columns.check} class={check === 'other_bytes' ? 'bad' : undefined}>
            {check === null ? RING.notLoaded : RING.checks[check]}
          </td>
          <td data-label={RING.columns.rows}>
            {String(Object.values(rows).reduce((sum, count) => sum + count, 0))}
          </td>
          <td data-label={RING.columns.processes}>{RING.heldBy(heldBy.length, ring.processes.length)}</td>
        </tr>
      ))}
    </DataTable>
  );
}
