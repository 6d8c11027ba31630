import {
  type ConnectResult,
  type PageSubject,
  invitationText,
  ownerText,
  resultText,
} from '../../core/owner-pages';
import { type Frame } from './frame';
import { Layout } from './layout';

/** The page before the redirect: which product, which account, why, and one form. */
export function InvitationPage(props: {
  frame: Frame;
  subject: PageSubject;
  ownerRef: string;
  reason: string | null;
  action: string;
}) {
  const { title, text, action } = invitationText(props.subject, props.reason);
  return (
    <Layout title={title} frame={props.frame}>
      <h1>{title}</h1>
      <p>{text}</p>
      <p>{ownerText(props.subject, props.ownerRef)}</p>
      <form method="post" action={props.action}>
        <button type="submit">{action}</button>
      </form>
    </Layout>
  );
}

/** How it ended. @param again where another try begins */
export function ResultPage(props: {
  frame: Frame;
  result: ConnectResult;
  subject: PageSubject;
  again: string | null;
}) {
  const { title, text, action, good } = resultText(props.result, props.subject);
  return (
    <Layout title={title} frame={props.frame}>
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
