import { MailFailure } from '../../adapters/mail/mailer';
import { render } from '../../adapters/mail/render';
import { type Audience } from '../../core/deliveries/deliveries';
import { isForOperators } from '../../core/deliveries/notice-policy';
import { checkNotice } from './notice-check';
import { type NoticeDeps, noticeFor } from './notice-for';
import { type DeliveryOutcome, type DueDelivery } from './delivery-outcome';
import { type Deps } from '../deps';

export type MailDeps = NoticeDeps & Pick<Deps, 'pool' | 'mailer' | 'operatorEmail'>;

/** Emails one event to the owner or to operators, if it still holds. */
export async function deliverMail(deps: MailDeps, due: DueDelivery): Promise<DeliveryOutcome> {
  const { mailer } = deps;
  if (!mailer) return { kind: 'skipped', error: 'Email notifications are off.' };
  const withheld = await checkNotice(deps, due);
  if (withheld) return withheld;
  const recipient = recipientOf(deps.operatorEmail, due);
  if (!recipient) return { kind: 'skipped', error: 'No recipient: neither a contact nor an operator email.' };
  const { audience, to } = recipient;
  const mail = render(noticeFor(deps, due, audience), deps.site.accent);
  try {
    await mailer.send({ to, id: due.delivery.id, ...mail });
    return { kind: 'delivered', status: null, error: null, audience };
  } catch (error) {
    if (!(error instanceof MailFailure)) throw error;
    const { replyCode: status, message } = error;
    if (error.isFinal) return { kind: 'failed', status, error: message, audience };
    return { kind: 'refused', status, error: message, retryAfterMs: null, audience };
  }
}

/** The owner; operators where no contact is stored. */
function recipientOf(
  operatorEmail: string | null,
  { event, row }: DueDelivery,
): { audience: Audience; to: string } | null {
  const isOurs = isForOperators(event.type) || event.data.messages === 'app_access_missing';
  const contact = isOurs ? null : (row?.contactEmail ?? null);
  if (contact !== null) return { audience: 'owner', to: contact };
  return operatorEmail === null ? null : { audience: 'operators', to: operatorEmail };
}
