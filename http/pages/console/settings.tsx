import { type ApiKey } from '../../../adapters/postgres/api-keys';
import { type KeysReport } from '../../../client/cli/keys/report';
import { CONSOLE_TEXT } from '../../../core/console-pages';
import { SCOPES } from '../../../core/scopes';
import { NoticeForms, Notices, type NoticesView } from './notices';
import { SETTINGS } from './paths';
import { Action, ActionForm, CopyBox, DataTable, Instant, When } from './parts';

export interface RingView {
  report: KeysReport;
  /** What to do next with it. */
  next: string;
}

export function Settings(props: {
  keys: ApiKey[];
  ring: RingView | null;
  notices: NoticesView | null;
  now: number;
}) {
  const { keys, ring, notices, now } = props;
  return (
    <>
      <section class="card">
        <h2>API keys</h2>
        {keys.length === 0 ? (
          <p>None but the bootstrap key. Make one for each program, with the scopes it needs.</p>
        ) : (
          <KeyTable keys={keys} now={now} />
        )}
      </section>
      {notices && <Notices view={notices} now={now} />}
      {ring && (
        <section class="card">
          <h2>Encryption keys</h2>
          <RingTable ring={ring.report} />
          <p class="quiet">{`Next: ${ring.next}`}</p>
        </section>
      )}
    </>
  );
}

/** Stand outside what is kept up to date, so that nobody's words are lost. */
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
      <summary>New API key</summary>
      <ActionForm path={`${SETTINGS}/api-keys`}>
        <div class="fields">
          <div>
            <label for="name">Name</label>
            <input id="name" name="name" maxlength={100} required placeholder="Which program it is for" />
          </div>
          <div>
            <label for="owners">Owners (empty: all)</label>
            <input id="owners" name="owners" maxlength={1000} placeholder="shop-1, shop-2" />
          </div>
        </div>
        <fieldset>
          <legend>Scopes</legend>
          {SCOPES.map((scope) => (
            <label class="tick">
              <input type="checkbox" name="scopes" value={scope} /> {scope}
            </label>
          ))}
        </fieldset>
        <button type="submit" class="main">
          Make the key
        </button>
      </ActionForm>
    </details>
  );
}

export function MadeKey({ text }: { text: string }) {
  return <CopyBox id="made-key" label={CONSOLE_TEXT.keyOnce} value={text} />;
}

function KeyTable({ keys, now }: { keys: ApiKey[]; now: number }) {
  return (
    <DataTable label="API keys" columns={['Name', 'Scopes', 'Owners', 'Last used', 'Ends', '[Revoke]']}>
      {keys.map((key) => (
        <tr id={key.id}>
          <th scope="row">{key.name}</th>
          <td>{key.scopes.join(', ')}</td>
          <td>{key.ownerRefs?.join(', ') ?? 'all'}</td>
          <td data-label="Last used">
            {key.lastUsedAt === null ? 'never' : <When at={key.lastUsedAt} now={now} />}
          </td>
          <td data-label="Ends">{key.expiresAt === null ? 'never' : <Instant at={key.expiresAt} />}</td>
          <td>
            <Action
              path={`${SETTINGS}/api-keys/${key.id}/revoke`}
              label={`Revoke ${key.name}`}
              kind="danger"
            />
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

const CHECKS = { opens: 'opens', other_bytes: 'wrong bytes', none: 'none yet' } as const;

function RingTable({ ring }: { ring: KeysReport }) {
  return (
    <DataTable label="Encryption keys" columns={['Key', 'Role', 'Check', 'Rows it seals', 'Processes']}>
      {ring.keys.map(({ id, role, check, rows, heldBy }) => (
        <tr>
          <th scope="row">{id}</th>
          <td class={role === 'missing' ? 'bad' : undefined}>{role}</td>
          <td data-label="Check" class={check === 'other_bytes' ? 'bad' : undefined}>
            {check === null ? 'not here' : CHECKS[check]}
          </td>
          <td data-label="Rows it seals">
            {String(Object.values(rows).reduce((sum, count) => sum + count, 0))}
          </td>
          <td data-label="Processes">{`${heldBy.length} of ${ring.processes.length}`}</td>
        </tr>
      ))}
    </DataTable>
  );
}
