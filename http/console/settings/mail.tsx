import { type Context, Hono } from 'hono';
import { MAIL_TEXT as TEXT } from '../../../core/text/console-settings';
import { MailTestRequest } from '../../api/deliveries/delivery-schemas';
import { testMail } from '../../api/deliveries/mail-test';
import { type HttpDeps } from '../../deps';
import { Problem } from '../../problems';
import { invalid } from '../../router';
import { MAIL } from '../paths';
import { ActionForm } from '../parts';
import { type ConsoleEnv } from '../session';
import { type Toast } from '../shell';
import { attempt } from '../show';
import { requireWholeDeployment } from './require-whole';
import { showSettings } from './show-settings';

/** How email is set up, and a test. */
export function mailSettingsRoutes(deps: HttpDeps) {
  const page = (c: Context<ConsoleEnv>, toasts: Toast[] = []) => {
    requireWholeDeployment(c);
    return showSettings(
      deps,
      c,
      'mail',
      {
        content: <MailSettings deps={deps} />,
        bottom: deps.mailer ? <TestForm /> : null,
      },
      toasts,
    );
  };

  return new Hono<ConsoleEnv>()
    .get(MAIL, (c) => page(c))
    .post(`${MAIL}/test`, async (c) => {
      requireWholeDeployment(c);
      const toasts = await attempt(deps, c.get('user'), async () => {
        const parsed = MailTestRequest.safeParse(await c.req.parseBody());
        if (!parsed.success) throw invalid(parsed.error.issues);
        const { error } = await testMail(deps, c.get('user').actor, parsed.data.to);
        if (error) throw new Problem('invalid_request', error.text);
        return TEXT.sent(parsed.data.to);
      });
      return page(c, toasts);
    });
}

function MailSettings({
  deps: { mailer, operatorEmail },
}: {
  deps: Pick<HttpDeps, 'mailer' | 'operatorEmail'>;
}) {
  if (!mailer) return <p class="card">{TEXT.off}</p>;
  const { server, from } = mailer.about;
  return (
    <section class="card">
      <dl>
        <dt>{TEXT.server}</dt>
        <dd>{server}</dd>
        <dt>{TEXT.from}</dt>
        <dd>{from}</dd>
        <dt>{TEXT.operators}</dt>
        <dd>{operatorEmail ?? TEXT.noOperators}</dd>
      </dl>
    </section>
  );
}

function TestForm() {
  return (
    <section class="card">
      <h2>{TEXT.test}</h2>
      <ActionForm path={`${MAIL}/test`}>
        <div class="fields">
          <div>
            <label for="to">{TEXT.to}</label>
            <input id="to" name="to" type="email" maxlength={254} required />
          </div>
        </div>
        <button type="submit" class="main">
          {TEXT.send}
        </button>
      </ActionForm>
    </section>
  );
}
