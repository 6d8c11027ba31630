import { accountName } from './account-name';
import { DISABLED_LABELS } from './console-settings';
import { instantText } from './human-time';
import { type NoticeSubject, type NoticeText } from './owner-mails';
import { type DisabledReason } from '../deliveries/deliveries';

/** The same to operators, where a connection has no address of its owner's. */
export function forOperators(
  text: NoticeText,
  { ownerRef }: NoticeSubject,
  integrationId: string,
): NoticeText {
  return {
    ...text,
    paragraphs: [
      `This is about the connection ${integrationId} of “${ownerRef}”, for which there is no e-mail address, so only you are told. What its owner would read:`,
      ...text.paragraphs,
    ],
  };
}

/** An incident of the whole app, to operators. @param startedAt epoch ms */
export function incidentNotice(
  type: 'provider.incident_started' | 'provider.incident_ended',
  { product, startedAt }: { product: string; startedAt: number },
): NoticeText {
  if (type === 'provider.incident_ended')
    return {
      subject: `${product}: the trouble with Instagram is over`,
      paragraphs: [
        `The trouble that began on ${instantText(startedAt)} is over. Connections that were in doubt come back by themselves.`,
        'There is nothing left to do.',
      ],
      link: null,
    };
  return {
    subject: `${product}: Instagram refuses many connections at once`,
    paragraphs: [
      `Since ${instantText(startedAt)} Instagram has refused so many connections at once that the app or Instagram itself is the likely cause, not the accounts.`,
      'While it lasts no connection is given up for it, and owners are not told of it.',
      'Look at the dashboard of your app at Meta: is it blocked, was its secret changed, was a product removed? “npx evergrant fleet” shows when it is over.',
    ],
    link: null,
  };
}

/** A stored token that does not open, to operators. */
export function alarmNotice(about: NoticeSubject, integrationId: string): NoticeText {
  const { product, ownerRef } = about;
  const who = accountName(about.username);
  return {
    subject: `${product}: the stored token of ${who} does not open`,
    paragraphs: [
      `What is stored as the token of ${who} (connection ${integrationId} of “${ownerRef}”) is not what Evergrant stored there. Somebody may have changed the database, or put back a part of a backup.`,
      `It is not used, and the connection is not marked as expired for it. Until it is mended, ${product} cannot read or send messages of ${who}.`,
      `Find out who can write to the database, and put the row back as it was. If it is lost, “npx evergrant reconnect-link ${integrationId}” makes a link for the owner.`,
      'Others that are found within an hour are not mailed: “npx evergrant events --type token.decrypt_failed” shows all.',
    ],
    link: null,
  };
}

/** An endpoint that is told nothing any more, to operators. */
export function endpointNotice(about: {
  product: string;
  host: string;
  endpointId: string;
  why: DisabledReason;
}): NoticeText {
  const { product, host, endpointId, why } = about;
  return {
    subject: `${product}: webhooks to ${host} were stopped`,
    paragraphs: [
      `The webhook endpoint ${endpointId} at ${host} is disabled: ${DISABLED_LABELS[why]}.`,
      'It is told of no events any more. “GET /v1/events” has all of them.',
      'When the consumer works again, enable the endpoint, or remove it if it is not needed.',
    ],
    link: null,
  };
}

/** What a try of the mail settings sends. */
export function testNotice(product: string): NoticeText {
  return {
    subject: `${product}: a test`,
    paragraphs: [
      `Somebody asked ${product} for a test of its notices. They arrive.`,
      'There is nothing to do.',
    ],
    link: null,
  };
}
