import { newId } from '../../../adapters/ids';
import { MailFailure, type Mailer } from '../../../adapters/mail/mailer';
import { render } from '../../../adapters/mail/render';
import { testNotice } from '../../../core/text/operator-mails';

/** `not_configured`: SMTP_URL is not set. `refused`: by the mail server. `unreachable`: no answer. */
export const MAIL_TEST_CODES = ['not_configured', 'refused', 'unreachable'] as const;

interface Result {
  delivered: boolean;
  error: { code: (typeof MAIL_TEST_CODES)[number]; text: string } | null;
}

/** Sends a test email. */
export async function testMail(mailer: Mailer | null, to: string, product: string): Promise<Result> {
  const failed = (code: (typeof MAIL_TEST_CODES)[number], text: string) => ({
    delivered: false,
    error: { code, text },
  });
  if (!mailer) return failed('not_configured', 'No mail server is set: SMTP_URL is missing.');
  try {
    await mailer.send({ to, id: newId('dlv'), ...render(testNotice(product)) });
    return { delivered: true, error: null };
  } catch (error) {
    if (!(error instanceof MailFailure)) throw error;
    return failed(error.replyCode === null ? 'unreachable' : 'refused', error.message);
  }
}
