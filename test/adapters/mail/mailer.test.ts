import { type AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { needsStartTls } from '../../../adapters/mail/mailer';
import { type Mailbox, mailerTo, startMailbox } from '../../support/mailbox';
import { SERVER_TLS } from '../../support/tls';

const MAIL = { to: 'jo@shop.example', subject: 'Hello', text: 'Hello', html: '<p>Hello</p>', id: 'dlv_1' };
const NO_TLS = /offers no TLS, or its certificate is not valid.*requireTLS=false/;

test.each([
  ['smtp://mail.example.com:587', true],
  ['smtp://user:password@10.0.0.7', true],
  ['smtp://[2001:db8::1]:587', true],
  ['smtp://localhost.example.com', true],
  ['smtp://mail.example.com?requireTLS=false', false],
  ['smtp://mail.example.com?ignoreTLS=true', false],
  ['smtps://mail.example.com', false],
  ['smtp://127.0.0.1:1025', false],
  ['smtp://[::1]:1025', false],
  ['smtp://localhost:1025', false],
])('%s must go on encrypted: %p', (url, expected) => {
  expect(needsStartTls(url)).toBe(expected);
});

describe('a server without TLS', () => {
  let mailbox: Mailbox;
  beforeAll(async () => (mailbox = await startMailbox()));
  afterAll(() => mailbox.stop());

  test('gets nothing where TLS is required', async () => {
    const mailer = mailerTo(`${mailbox.url}?requireTLS=true`);
    await expect(mailer.send(MAIL)).rejects.toMatchObject({
      message: expect.stringMatching(NO_TLS),
      isFinal: false,
    });
    expect(mailbox.mails).toEqual([]);
    mailer.close();
  });

  test('gets the mail where the URL says so', async () => {
    const mailer = mailerTo(`${mailbox.url}?requireTLS=false`);
    await mailer.send(MAIL);
    expect(mailbox.mails).toHaveLength(1);
    mailer.close();
  });
});

test('a certificate that nobody vouches for is not good enough', async () => {
  const server = new SMTPServer({ ...SERVER_TLS, authOptional: true });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  const mailer = mailerTo(`smtp://127.0.0.1:${port}?requireTLS=true`);
  await expect(mailer.send(MAIL)).rejects.toMatchObject({ message: expect.stringMatching(NO_TLS) });
  mailer.close();
  await new Promise<void>((resolve) => server.close(resolve));
});
