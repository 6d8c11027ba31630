import { type Integration } from '../../../adapters/postgres/integrations/integration-row';
import { CONNECTION_TEXT, NEW_CONNECTION_TEXT as TEXT } from '../../../core/text/console-connections';
import { SHELL_TEXT } from '../../../core/text/console-shell';
import { CONNECTIONS, pathOfConnection } from '../paths';
import { CopyField, Dialog, Instant } from '../parts';

/** Whose account is to be connected. @param props.given what was entered before */
export function NewConnection({ given }: { given: Record<string, unknown> }) {
  const field = (name: 'ownerRef' | 'externalId' | 'email') => {
    const value = given[name];
    return { id: name, name, ...(typeof value === 'string' && { value }) };
  };
  return (
    <Dialog
      id="new-connection"
      title={TEXT.title}
      close={TEXT.cancel}
      submit={
        <button type="submit" class="main" form="new-connection-form" formmethod="post">
          {TEXT.create}
        </button>
      }
    >
      <form id="new-connection-form" method="post" action={`${CONNECTIONS}/new`}>
        <p class="quiet">{TEXT.hint}</p>
        <div class="fields">
          <div>
            <label for="ownerRef">{TEXT.owner}</label>
            <input {...field('ownerRef')} maxlength={200} required placeholder={TEXT.ownerHint} />
          </div>
          <div>
            <label for="externalId">{TEXT.externalId}</label>
            <input {...field('externalId')} maxlength={200} />
          </div>
          <div>
            <label for="email">{TEXT.email}</label>
            <input {...field('email')} type="email" maxlength={254} />
          </div>
        </div>
      </form>
    </Dialog>
  );
}

/** The link for the owner of a new connection. */
export function CreatedConnection(props: {
  row: Integration;
  url: string;
  expiresAt: string;
  hasMail: boolean;
}) {
  const { row, url, expiresAt, hasMail } = props;
  return (
    <Dialog id="created-connection" keeps title={TEXT.created} close={SHELL_TEXT.copiedIt}>
      <CopyField id="link" label={CONNECTION_TEXT.linkHint} value={url} />
      <p class="quiet">
        {CONNECTION_TEXT.linkExpires} <Instant at={Date.parse(expiresAt)} />
      </p>
      <div class="actions">
        {hasMail && row.contactEmail && (
          <form method="post" action={`${pathOfConnection(row.id)}/email-link`}>
            <button>{TEXT.emailTo(row.contactEmail)}</button>
          </form>
        )}
        <a class="button" href={pathOfConnection(row.id)}>
          {TEXT.view}
        </a>
      </div>
    </Dialog>
  );
}

/** Links of several connections, to copy at once. */
export function CreatedLinks({ links }: { links: { name: string; url: string }[] }) {
  return (
    <Dialog id="created-links" keeps title={TEXT.links} close={SHELL_TEXT.copiedIt}>
      {links.map(({ name, url }, index) => (
        <CopyField id={`link-${index}`} label={name} value={url} />
      ))}
    </Dialog>
  );
}
