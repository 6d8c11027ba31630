import { ownersPage, reconnectUrl } from '../../services/connect-links';
import { type Audience, type DisabledReason } from '../../core/deliveries/deliveries';
import { isTrouble } from '../../core/deliveries/notice-policy';
import { alarmNotice, endpointNotice, forOperators, incidentNotice } from '../../core/text/operator-mails';
import {
  type NoticeSubject,
  type NoticeText,
  recoveredNotice,
  troubleNotice,
} from '../../core/text/owner-mails';
import { type Wanted } from './delivery-outcome';
import { type Deps } from '../deps';

/** What people read of an event, by what its integration is like now. */
export function noticeFor(deps: Deps, { event, row }: Wanted, audience: Audience): NoticeText {
  const { type, data } = event;
  const { productName: product, publicUrl } = deps.site;
  if (type === 'provider.incident_started' || type === 'provider.incident_ended')
    return incidentNotice(type, { product, startedAt: Date.parse(String(data.startedAt)) });
  if (type === 'webhook.disabled') {
    const [host, endpointId, why] = [data.host, data.endpointId, data.why].map(String) as [
      string,
      string,
      DisabledReason,
    ];
    return endpointNotice({ product, host, endpointId, why });
  }
  if (!row) throw new Error(`${type} is about an integration.`);
  const now = deps.clock.now();
  const maker = { ring: deps.sealer.ring, publicUrl };
  const wanted = row.recovery?.ownerAction ?? null;
  const about: NoticeSubject = {
    product,
    username: row.username,
    ownerRef: row.ownerRef,
    reason: wanted ?? row.reason,
    expiresAt: row.expiresAt,
    url: wanted ? ownersPage(maker, row) : reconnectUrl(maker, row, now),
  };
  if (type === 'token.decrypt_failed') return alarmNotice(about, row.id);
  const text = isTrouble(type) ? troubleNotice(type, about, now) : recoveredNotice(about);
  return audience === 'owner' ? text : forOperators(text, about, row.id);
}
