import { type AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { createMailer } from '../../adapters/mail/mailer';
import { Secret } from '../../core/access/secret';

/** A real SMTP server on this machine that keeps what it is sent. */
export interface Mailbox {
  url: string;
  mails: (ParsedMail & { raw: string })[];
  /** What it answers to a recipient; null: it takes it. */
  refuse: (address: string) => { code: number; text: string } | null;
  stop(): Promise<void>;
}

/** @param options.password with it everybody has to sign in */
export async function startMailbox(options: { password?: string } = {}): Promise<Mailbox> {
  const { password } = options;
  const server = new SMTPServer({
    authOptional: password === undefined,
    allowInsecureAuth: true,
    disabledCommands: password === undefined ? ['STARTTLS', 'AUTH'] : ['STARTTLS'],
    onAuth(given, _session, done) {
      done(given.password === password ? null : new Error('no'), { user: given.username });
    },
    onRcptTo({ address }, _session, done) {
      const refusal = mailbox.refuse(address);
      done(refusal && Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
    },
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks);
        void simpleParser(raw).then((mail) => {
          mailbox.mails.push({ ...mail, raw: raw.toString() });
          done();
        });
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const mailbox: Mailbox = {
    url: `smtp://${password === undefined ? '' : `canary:${password}@`}127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails: [],
    refuse: () => null,
    stop: () => new Promise((resolve) => void server.close(() => resolve())),
  };
  return mailbox;
}

export function mailerTo(url: string) {
  return createMailer({
    url: new Secret(url),
    from: { name: 'Shopdesk', address: 'notices@shopdesk.example' },
    host: 'shopdesk.example',
  });
}
