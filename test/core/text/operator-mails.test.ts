import {
  decryptFailedNotice,
  endpointDisabledNotice,
  forOperators,
  incidentNotice,
  testNotice,
} from '../../../core/text/operator-mails';
import { type NoticeSubject, type NoticeText, problemNotice } from '../../../core/text/owner-mails';
import { type Reason } from '../../../core/lifecycle/states';
import { DAY_MS, HOUR_MS } from '../../../core/time';

const NOW = Date.UTC(2026, 4, 21, 4);
const about = (reason: Reason | null = null): NoticeSubject => ({
  product: 'Shopdesk',
  username: 'shop',
  ownerRef: 'owner-1',
  reason,
  expiresAt: NOW + 5 * DAY_MS + HOUR_MS,
  url: 'https://evergrant.example.com/connect/x.y',
});
const textOf = ({ paragraphs }: NoticeText) => paragraphs.join('\n');

test('mail to operators has no link', () => {
  const quiet = [
    incidentNotice('provider.incident_started', { product: 'Shopdesk', startedAt: NOW }),
    incidentNotice('provider.incident_ended', { product: 'Shopdesk', startedAt: NOW }),
    decryptFailedNotice(about(), 'int_1'),
    endpointDisabledNotice({
      product: 'Shopdesk',
      host: 'app.example.com',
      endpointId: 'whe_1',
      why: 'gone',
    }),
    endpointDisabledNotice({
      product: 'Shopdesk',
      host: 'app.example.com',
      endpointId: 'whe_1',
      why: 'failing',
    }),
    testNotice('Shopdesk'),
  ];
  for (const notice of quiet) {
    expect(notice.link).toBeNull();
    expect(notice.subject).toMatch(/^Shopdesk: /);
    expect(textOf(notice)).not.toMatch(/https?:/);
  }
});

test('operators read whose connection it is, before what the owner would read', () => {
  const owners = problemNotice('integration.expired', about('password_changed'), NOW);
  const theirs = forOperators(owners, about('password_changed'), 'int_1');
  expect(theirs.paragraphs[0]).toMatch(/connection int_1 of “owner-1”.+only operators receive this/);
  expect(theirs.paragraphs.slice(1)).toEqual(owners.paragraphs);
  expect(theirs.link).toEqual(owners.link);
});
