import { requireScope } from '../../middleware/auth';
import { MailSettings, MailTest, MailTestRequest } from './delivery-schemas';
import { type HttpDeps } from '../../deps';
import { testMail } from './mail-test';
import { requireUnlimitedCaller } from '../../middleware/require-unlimited';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';

const middleware = [requireScope('admin'), requireUnlimitedCaller];

const settings = strictRoute({
  method: 'get',
  path: '/mail',
  operationId: 'getMail',
  tags: ['Deliveries'],
  summary: 'Read how email is set up',
  description: 'The settings of the API process. Workers, which send the emails, should have the same.',
  security: secured,
  middleware,
  responses: { 200: json(MailSettings, 'The settings, without credentials'), ...problems },
});

const test = strictRoute({
  method: 'post',
  path: '/mail-test',
  operationId: 'sendTestMail',
  tags: ['Deliveries'],
  summary: 'Send a test email',
  description: 'Waits for the mail server for at most 20 seconds.',
  security: secured,
  middleware,
  request: { body: body(MailTestRequest) },
  responses: { 200: json(MailTest, 'The result'), ...problems },
});

export function mailRoutes(deps: HttpDeps) {
  const { mailer, operatorEmail } = deps;
  return createRouter()
    .openapi(settings, (c) => {
      const { server, from } = mailer?.about ?? { server: null, from: null };
      return c.json({ configured: mailer !== null, server, from, operatorEmail }, 200);
    })
    .openapi(test, async (c) =>
      c.json(await testMail(deps, c.get('caller').actor, c.req.valid('json').to), 200),
    );
}
