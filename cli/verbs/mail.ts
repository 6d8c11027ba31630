import { Failure } from '../failures';
import { type MailSettings, type MailTest } from '../http/answers';
import { printable, say, sayJson } from '../output/output';
import { pairs } from '../output/table';
import { type Verb } from '../verb';
import { JSON_OPTION, openApi } from './common';

export const mailVerb: Verb = (program, io) => {
  const mail = program
    .command('mail')
    .description('Show how email is set up, or send a test email. Needs an admin key.')
    .option(...JSON_OPTION)
    .action(async ({ json }: { json?: true }) => {
      const settings: MailSettings = await openApi(io).get('/v1/mail');
      if (json) return sayJson(io, settings);
      const { configured, server, from, operatorEmail } = settings;
      if (!configured) return say(io, 'Email is off: SMTP_URL is not set.');
      say(
        io,
        'Email is on.',
        ...pairs([
          ['server', server ?? '-'],
          ['from', from ?? '-'],
          ['operators', operatorEmail ?? 'none (EVERGRANT_OPERATOR_EMAIL is not set)'],
        ]),
      );
    });
  mail
    .command('test')
    .description('Send a test email. Waits up to 20 seconds for the mail server.')
    .argument('<address>', 'recipient')
    .option(...JSON_OPTION)
    .action(async (to: string, _: object, command: { optsWithGlobals(): { json?: true } }) => {
      const { json } = command.optsWithGlobals();
      const result: MailTest = await openApi(io).post('/v1/mail-test', { to });
      if (json) sayJson(io, result);
      if (result.error) throw new Failure(result.error.text);
      if (!json) say(io, `The mail server accepted the test email to ${printable(to)}.`);
    });
};
