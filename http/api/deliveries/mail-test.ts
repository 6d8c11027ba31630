import { newId } from '../../../adapters/ids';
import { MailFailure } from '../../../adapters/mail/mailer';
import { render } from '../../../adapters/mail/render';
import { addAuditEntry } from '../../../adapters/postgres/access/audit-log';
import { type Actor } from '../../../core/access/actor';
import { type HttpDeps } from '../../deps';
import { testNotice } from '../../../core/text/operator-mails';

/** `not_configured`: SMTP_URL is not set. `refused`: by the mail server. `unreachable`: no answer. */
export const MAIL_TEST_CODES = ['not_configured', 'refused', 'unreachable'] as const;

interface Result {
  delivered: boolean;
  error: { code: (typeof MAIL_TEST_CODES)[number]; text: string } | null;
}

/** Sends a test email. */
export async function testMail(
  deps: Pick<HttpDeps, 'pool' | 'clock' | 'mailer' | 'site'>,
  actor: Actor,
  to: string,
): Promise<Result> {
  const { mailer } = deps;
  const failed = (code: (typeof MAIL_TEST_CODES)[number], text: string) => ({
    delivered: false,
    error: { code, text },
  });
  if (!mailer) return failed('not_configured', 'No mail server is set: SMTP_URL is missing.');
  await addAuditEntry(deps.pool, actor, { action: 'mail.test' }, deps.clock.now());
  try {
    await mailer.send({
      to,
      id: newId('dlv'),
      ...render(testNotice(deps.site.productName), deps.site.accent),
    });
    return { delivered: true, error: null };
  } catch (error) {
    if (!(error instanceof MailFailure)) throw error;
    return failed(error.replyCode === null ? 'unreachable' : 'refused', error.message);
  }
}
