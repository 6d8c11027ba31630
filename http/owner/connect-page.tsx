import { type Child } from 'hono/jsx';
import { type ConnectRefusal } from '../../core/access/connect-refusals';
import { ACTION_LABELS } from '../../core/text/banner';
import { refusedText, workingText } from '../../core/text/connect-refusals';
import {
  type ConnectResult,
  type PageSubject,
  type PageText,
  SEND_NEW_LINK,
  backText,
  invitationText,
  ownerText,
  resultText,
} from '../../core/text/owner-pages';
import { type Frame } from '../frame';
import { Layout } from './layout';

/** The page before the redirect: the product, the account, the reason, and one form. */
export function InvitationPage(props: {
  frame: Frame;
  subject: PageSubject;
  ownerRef: string;
  reason: string | null;
  action: string;
  /** URL of the check, while Instagram requires a login confirmation; null: no check. */
  check: string | null;
}) {
  const { title, text, action } = invitationText(props.subject, props.reason);
  return (
    <Layout title={title} frame={props.frame}>
      <h1>{title}</h1>
      <p>{text}</p>
      <p>{ownerText(props.subject, props.ownerRef)}</p>
      {props.check && (
        <form method="post" action={props.check}>
          <button type="submit">{ACTION_LABELS.check_again}</button>
        </form>
      )}
      <form method="post" action={props.action}>
        <button type="submit" class={props.check ? 'second' : undefined}>
          {action}
        </button>
      </form>
    </Layout>
  );
}

/** The result of an action. @param next URL of its button; null: no button */
export function OutcomePage(props: {
  frame: Frame;
  outcome: PageText;
  next: string | null;
  children?: Child;
}) {
  const { frame, next, children } = props;
  const { title, text, action, good } = props.outcome;
  return (
    <Layout title={title} frame={frame}>
      <h1 class={good ? 'good' : 'bad'}>{title}</h1>
      <p>{text}</p>
      {action && next && (
        <form method="post" action={next}>
          <button type="submit">{action}</button>
        </form>
      )}
      {children}
    </Layout>
  );
}

/** The result of the connect flow. @param again URL of another attempt @param back URL of the product */
export function ResultPage(props: {
  frame: Frame;
  result: ConnectResult;
  /** What Instagram refused, if that is known. */
  refusal: ConnectRefusal | null;
  subject: PageSubject;
  again: string | null;
  back: string | null;
  /** URL that requests a new link; null: no contact to send one to. */
  newLink: string | null;
}) {
  const { frame, result, refusal, subject, again } = props;
  const outcome = refusal ? refusedText(refusal, subject.product) : resultText(result, subject);
  return (
    <OutcomePage frame={frame} outcome={outcome} next={again}>
      {props.newLink && (
        <form method="post" action={props.newLink}>
          <button type="submit">{SEND_NEW_LINK}</button>
        </form>
      )}
      {props.back && (
        <p>
          <a href={props.back}>{backText(subject)}</a>
        </p>
      )}
    </OutcomePage>
  );
}

const RELOAD_AFTER_SECONDS = 5;

/**
 * While the round goes on. It opens `again` until there is a result: browsers do not load the same address again while it
 * ends in a fragment, as Instagram's `#_` is one.
 */
export function WorkingPage(props: { frame: Frame; obstacle: ConnectRefusal | null; again: string }) {
  const { frame, obstacle, again } = props;
  const { title, text } = workingText(obstacle, frame.product);
  return (
    <Layout title={title} frame={frame} next={{ url: again, afterSeconds: RELOAD_AFTER_SECONDS }}>
      <h1>{title}</h1>
      <p role="status">{text}</p>
    </Layout>
  );
}
