import { type Transporter, createTransport } from 'nodemailer';
import { type Secret } from '../../core/access/secret';
import { SECOND_MS } from '../../core/time';

/** A refused or failed email. The message contains no text of the server, which could name the recipient. */
export class MailFailure extends Error {
  override name = 'MailFailure';
  /**
   * @param replyCode the SMTP reply code, if there was a reply
   * @param isFinal a retry would fail as well
   */
  constructor(
    message: string,
    readonly replyCode: number | null,
    readonly isFinal: boolean,
  ) {
    super(message);
  }
}

export interface Mail {
  /** One address. */
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Stable across retries, so that duplicates can be recognized. */
  id: string;
}

const CONNECT_WITHIN_MS = 10 * SECOND_MS;
const REPLY_WITHIN_MS = 15 * SECOND_MS;

/** Sends email through one SMTP server. @param options.host our host name, for message IDs */
export function createMailer(options: {
  url: Secret;
  from: { name: string; address: string };
  host: string;
}) {
  const transport: Transporter = createTransport(
    {
      url: options.url.reveal(),
      connectionTimeout: CONNECT_WITHIN_MS,
      greetingTimeout: CONNECT_WITHIN_MS,
      dnsTimeout: CONNECT_WITHIN_MS,
      socketTimeout: REPLY_WITHIN_MS,
      // An email must not include files or remote content.
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from: options.from },
  );

  /** @throws MailFailure */
  async function send({ to, subject, text, html, id }: Mail): Promise<void> {
    await transport
      .sendMail({
        to: { name: '', address: to },
        subject,
        text,
        html,
        messageId: `<${id}@${options.host}>`,
        headers: {
          'X-Evergrant-Delivery': id,
          // RFC 3834: no automatic replies.
          'Auto-Submitted': 'auto-generated',
        },
      })
      .catch((error: unknown) => {
        throw failureOf(error);
      });
  }

  return { send, close: () => transport.close() };
}

export type Mailer = ReturnType<typeof createMailer>;

function failureOf(error: unknown): MailFailure {
  const { code, responseCode, command } = (error ?? {}) as {
    code?: string;
    responseCode?: number;
    command?: string;
  };
  const reply = typeof responseCode === 'number' ? responseCode : null;
  if (code === 'EAUTH') return new MailFailure('The mail server rejected the credentials.', reply, false);
  if (reply !== null && reply >= 500)
    // A refused sender or greeting can be fixed in the settings. Only a refused recipient or content is final.
    return new MailFailure(
      `The mail server refused ${command === 'RCPT TO' ? 'the recipient' : 'the mail'} (${reply}).`,
      reply,
      command === 'RCPT TO' || command === 'DATA' || code === 'EMESSAGE',
    );
  if (reply !== null)
    return new MailFailure(`The mail server is temporarily unavailable (${reply}).`, reply, false);
  if (code === 'ETLS') return new MailFailure('The TLS connection to the mail server failed.', null, false);
  if (code === 'ETIMEDOUT') return new MailFailure('The mail server did not respond in time.', null, false);
  return new MailFailure('The mail server could not be reached.', null, false);
}
