import { MailFailure } from '../../adapters/mail/mailer';
import { render } from '../../adapters/mail/render';
import { type Audience } from '../../core/deliveries/deliveries';
import { isForOperators } from '../../core/deliveries/notice-policy';
import { whyNot } from './notice-check';
import { noticeFor } from './notice-for';
import { type Verdict, type Wanted } from './delivery-outcome';
import { type Deps } from '../deps';

/** Tells people of one event, if it is still so. */
export async function deliverMail(deps: Deps, wanted: Wanted): Promise<Verdict> {
  const { mailer } = deps;
  if (!mailer) return { is: 'skipped', error: 'No mail server is set.' };
  const not = await whyNot(deps, wanted);
  if (not) return not;
  const recipient = recipientOf(deps, wanted);
  if (!recipient) return { is: 'skipped', error: 'There is nobody to tell: no contact, and no operator.' };
  const { audience, to } = recipient;
  const mail = render(noticeFor(deps, wanted, audience));
  try {
    await mailer.send({ to, id: wanted.delivery.id, ...mail });
    return { is: 'delivered', status: null, error: null, audience };
  } catch (error) {
    if (!(error instanceof MailFailure)) throw error;
    const { replyCode: status, message } = error;
    if (error.isFinal) return { is: 'failed', status, error: message, audience };
    return { is: 'refused', status, error: message, retryAfterMs: null, audience };
  }
}

/** The owner; where there is no address of theirs, the operators. */
function recipientOf(
  { operatorEmail }: Deps,
  { event, row }: Wanted,
): { audience: Audience; to: string } | null {
  const contact = isForOperators(event.type) ? null : (row?.contactEmail ?? null);
  if (contact !== null) return { audience: 'owner', to: contact };
  return operatorEmail === null ? null : { audience: 'operators', to: operatorEmail };
}
