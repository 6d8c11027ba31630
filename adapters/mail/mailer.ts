import { type Transporter, createTransport } from 'nodemailer';
import { type Secret } from '../../core/access/secret';
import { isLoopbackHost } from '../outgoing/loopback';
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
  const url = options.url.reveal();
  const transport: Transporter = createTransport(
    {
      url,
      ...(needsStartTls(url) && { requireTLS: true }),
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

  return {
    /** Where and as whom it sends, without the credentials. */
    about: { server: serverOf(url), from: `${options.from.name} <${options.from.address}>` },
    send,
    close: () => transport.close(),
  };
}

export type Mailer = ReturnType<typeof createMailer>;

/** `smtps://mail.example.com:465` */
function serverOf(text: string): string {
  const { protocol, host } = new URL(text);
  return `${protocol}//${host}`;
}

/**
 * Whether a connection that begins in plain text must go on encrypted: always, except on this machine, or where the URL
 * says otherwise by `requireTLS=false` or `ignoreTLS=true`. Otherwise whoever sits in between only has to drop the offer.
 * @see https://nodemailer.com/smtp
 */
export function needsStartTls(text: string): boolean {
  const url = new URL(text);
  const isDecided = ['requireTLS', 'ignoreTLS'].some((name) => url.searchParams.has(name));
  return url.protocol === 'smtp:' && !isDecided && !isLoopbackHost(url.hostname);
}

/** @see https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const CERTIFICATE_CODES = /CERT|SELF_SIGNED|^UNABLE_TO_|ALTNAME|^HOSTNAME_MISMATCH|^ERR_(TLS|SSL)/;

function failureOf(error: unknown): MailFailure {
  const { code, originalCode, responseCode, command } = (error ?? {}) as {
    code?: string;
    /** Of Node.js, for a connection that failed. */
    originalCode?: string;
    responseCode?: number;
    command?: string;
  };
  const reply = typeof responseCode === 'number' ? responseCode : null;
  if (code === 'EAUTH') return new MailFailure('The mail server rejected the credentials.', reply, false);
  if (code === 'ETLS' || CERTIFICATE_CODES.test(originalCode ?? ''))
    return new MailFailure(
      'The mail server offers no TLS, or its certificate is not valid. Use smtps://, or add ?requireTLS=false to SMTP_URL to send unencrypted.',
      reply,
      false,
    );
  if (reply !== null && reply >= 500)
    // A refused sender or greeting can be fixed in the settings. Only a refused recipient or content is final.
    return new MailFailure(
      `The mail server refused ${command === 'RCPT TO' ? 'the recipient' : 'the mail'} (${reply}).`,
      reply,
      command === 'RCPT TO' || command === 'DATA' || code === 'EMESSAGE',
    );
  if (reply !== null)
    return new MailFailure(`The mail server is temporarily unavailable (${reply}).`, reply, false);
  if (code === 'ETIMEDOUT') return new MailFailure('The mail server did not respond in time.', null, false);
  return new MailFailure('The mail server could not be reached.', null, false);
}
