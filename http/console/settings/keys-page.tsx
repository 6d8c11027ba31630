import { type ApiKey } from '../../../adapters/postgres/access/api-keys';
import { KEYS_TEXT as TEXT } from '../../../core/text/console-settings';
import { SHELL_TEXT } from '../../../core/text/console-shell';
import { SCOPES } from '../../../core/access/scopes';
import { SETTINGS } from '../paths';
import { Action, ActionForm, Confirm, CopyField, DataTable, Dialog, Instant, When } from '../parts';

const LIFE_DAYS = [30, 90, 365];

/** Outside the part that updates automatically, so that typed text is kept. */
export function NewKeyForm() {
  return (
    <details class="card" id="new-key">
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
          <div>
            <label for="days">{TEXT.columns.expires}</label>
            <select id="days" name="days">
              <option value="">{TEXT.withMaker}</option>
              {LIFE_DAYS.map((days) => (
                <option value={String(days)}>{TEXT.inDays(days)}</option>
              ))}
            </select>
          </div>
        </div>
        <fieldset>
          <legend>{TEXT.columns.scopes}</legend>
          {SCOPES.map((scope) => (
            <label class="tick">
              <input
                type="checkbox"
                name="scopes"
                value={scope}
                aria-label={scope}
                aria-describedby={`scope-${scope}`}
              />
              <span>
                <b>{scope}</b>{' '}
                <span id={`scope-${scope}`} class="quiet">
                  {TEXT.scopes[scope]}
                </span>
              </span>
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
  return (
    <Dialog id="created-key" keeps title={TEXT.createdTitle} close={SHELL_TEXT.copiedIt}>
      <CopyField id="made-key" label={TEXT.once} value={text} />
    </Dialog>
  );
}

export function KeyTable({ keys, now }: { keys: ApiKey[]; now: number }) {
  if (keys.length === 0) return <p class="card">{TEXT.none}</p>;
  return (
    <DataTable label={TEXT.title} columns={TEXT.columns}>
      {keys.map((key) => (
        <tr id={key.id}>
          <th scope="row">{key.name}</th>
          <td>{key.scopes.join(', ')}</td>
          <td data-label={TEXT.columns.owners}>{key.ownerRefs?.join(', ') ?? TEXT.allOwners}</td>
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
            <Confirm
              id={`revoke-${key.id}`}
              label={TEXT.revoke}
              of={key.name}
              text={TEXT.revokeWarning(key.name)}
            >
              <Action
                path={`${SETTINGS}/api-keys/${key.id}/revoke`}
                label={TEXT.revokeNow(key.name)}
                kind="danger"
              />
            </Confirm>
          </td>
        </tr>
      ))}
    </DataTable>
  );
}
