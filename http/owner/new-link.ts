import { newId } from '../../adapters/ids';
import { MailFailure, type Mailer } from '../../adapters/mail/mailer';
import { render } from '../../adapters/mail/render';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { findIntegration } from '../../adapters/postgres/integrations/integrations';
import { newLinkNotice } from '../../core/text/owner-mails';
import { type NewLinkResult } from '../../core/text/owner-pages';
import { type HttpDeps } from '../deps';
import { isRevoked } from '../../adapters/postgres/access/connect-links';
import { type Caller } from '../middleware/caller';
import { createConnectLink, readLink } from './links';

/** An integration with a contact to send a new link to. */
interface Reachable {
  integration: Integration;
  mailer: Mailer;
  to: string;
  /** The old link's `returnTo`. */
  returnTo: string | null;
}

/**
 * By a signed link, also an outdated one. null: no contact, no mail server, the link was revoked, or the integration is
 * disconnected.
 */
export async function findNewLinkRecipient(
  deps: Pick<HttpDeps, 'pool' | 'sealer' | 'mailer'>,
  text: string,
): Promise<Reachable | null> {
  const { mailer } = deps;
  const link = readLink(deps, text);
  if (!mailer || !link || (await isRevoked(deps.pool, link))) return null;
  const integration = await findIntegration(deps.pool, link.integrationId);
  if (!integration?.contactEmail || integration.state === 'disconnected') return null;
  return { integration, mailer, to: integration.contactEmail, returnTo: link.returnTo };
}

/** Emails a link that works for a day. Beyond the hourly limit nothing is sent, with the same response. */
export async function emailNewLink(
  deps: Pick<HttpDeps, 'pool' | 'sealer' | 'clock' | 'logger' | 'site' | 'limits'>,
  owner: Caller,
  { integration, mailer, to, returnTo }: Reachable,
): Promise<NewLinkResult> {
  const { id: integrationId, username } = integration;
  if (!(await deps.limits.mayEmailLink(integrationId))) return 'sent';
  const about = { product: deps.site.productName, username };
  const { url } = await createConnectLink(deps, owner, integration, returnTo);
  try {
    await mailer.send({ to, id: newId('dlv'), ...render(newLinkNotice(about, url)) });
    deps.logger.info({ integrationId }, 'new link emailed');
    return 'sent';
  } catch (error) {
    if (!(error instanceof MailFailure)) throw error;
    await deps.limits.refundEmailLink(integrationId);
    deps.logger.warn({ integrationId, replyCode: error.replyCode }, 'new link not emailed');
    return 'failed';
  }
}
