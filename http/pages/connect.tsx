import { type ConnectResult, type PageSubject, invitationText, resultText } from '../../core/owner-pages';
import { type Site } from '../deps';
import { Layout } from './layout';

/** The page before the redirect: which product, which account, why, and one form. */
export function InvitationPage(props: {
  site: Site;
  subject: PageSubject;
  reason: string | null;
  action: string;
}) {
  const { title, text, action } = invitationText(props.subject, props.reason);
  return (
    <Layout title={title} product={props.site.productName} supportUrl={props.site.supportUrl}>
      <h1>{title}</h1>
      <p>{text}</p>
      <form method="post" action={props.action}>
        <button type="submit">{action}</button>
      </form>
    </Layout>
  );
}

/** How it ended. @param again where another try begins */
export function ResultPage(props: {
  site: Site;
  result: ConnectResult;
  subject: PageSubject;
  again: string | null;
}) {
  const { title, text, action, good } = resultText(props.result, props.subject);
  return (
    <Layout title={title} product={props.site.productName} supportUrl={props.site.supportUrl}>
      <h1 class={good ? 'good' : 'bad'}>{title}</h1>
      <p>{text}</p>
      {action && props.again && (
        <form method="post" action={props.again}>
          <button type="submit">{action}</button>
        </form>
      )}
    </Layout>
  );
}
