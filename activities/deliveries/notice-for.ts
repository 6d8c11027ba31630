import { ownerPageUrl, reconnectUrl } from '../../services/connect-links';
import { type Audience, type DisabledReason } from '../../core/deliveries/deliveries';
import { isProblem } from '../../core/deliveries/notice-policy';
import {
  connectRefusedNotice,
  appAccessNotice,
  decryptFailedNotice,
  endpointDisabledNotice,
  forOperators,
  incidentNotice,
} from '../../core/text/operator-mails';
import {
  type NoticeSubject,
  type NoticeText,
  messagesNotice,
  problemNotice,
  resolvedNotice,
} from '../../core/text/owner-mails';
import { type DueDelivery } from './delivery-outcome';
import { type Deps } from '../deps';

export type NoticeDeps = Pick<Deps, 'site' | 'clock' | 'sealer'>;

/** The email about an event, by what its integration is like now. */
export function noticeFor(
  { site, clock, sealer }: NoticeDeps,
  { event, row }: DueDelivery,
  audience: Audience,
): NoticeText {
  const { type, data } = event;
  const { productName: product, publicUrl } = site;
  if (type === 'provider.incident_started' || type === 'provider.incident_ended')
    return incidentNotice(type, { product, startedAt: Date.parse(String(data.startedAt)) });
  if (type === 'connect.refused')
    return connectRefusedNotice({
      product,
      hint: String(data.hint),
      integrationId: String(data.integrationId),
    });
  if (type === 'webhook.disabled')
    return endpointDisabledNotice({
      product,
      host: String(data.host),
      endpointId: String(data.endpointId),
      why: String(data.why) as DisabledReason,
    });
  if (!row) throw new Error(`${type} belongs to an integration.`);
  const now = clock.now();
  const signer = { ring: sealer.ring, publicUrl };
  const ownerAction = row.recovery?.ownerAction ?? null;
  const about: NoticeSubject = {
    product,
    username: row.username,
    ownerRef: row.ownerRef,
    reason: ownerAction ?? row.reason,
    expiresAt: row.expiresAt,
    url: ownerAction ? ownerPageUrl(signer, row) : reconnectUrl(signer, row, now),
  };
  if (type === 'token.decrypt_failed') return decryptFailedNotice(about, row.id);
  if (type === 'capability.changed') {
    if (data.messages === 'app_access_missing') return appAccessNotice(about, row.id);
    const notice = messagesNotice(data.messages === 'other_app' ? 'other_app' : 'permission_missing', about);
    return audience === 'owner' ? notice : forOperators(notice, about, row.id);
  }
  const text = isProblem(type) ? problemNotice(type, about, now) : resolvedNotice(about);
  return audience === 'owner' ? text : forOperators(text, about, row.id);
}
