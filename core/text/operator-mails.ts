import { accountName } from './account-name';
import { DISABLED_LABELS } from './console-settings';
import { instantText } from './human-time';
import { type NoticeSubject, type NoticeText } from './owner-mails';
import { type DisabledReason } from '../deliveries/deliveries';

/** An owner's email, for operators, when the connection has no contact address. */
export function forOperators(
  text: NoticeText,
  { ownerRef }: NoticeSubject,
  integrationId: string,
): NoticeText {
  return {
    ...text,
    paragraphs: [
      `This is about connection ${integrationId} of “${ownerRef}”. It has no contact email, so only operators receive this. The email to its owner would say:`,
      ...text.paragraphs,
    ],
  };
}

/** An incident of the whole app. @param startedAt epoch ms */
export function incidentNotice(
  type: 'provider.incident_started' | 'provider.incident_ended',
  { product, startedAt }: { product: string; startedAt: number },
): NoticeText {
  if (type === 'provider.incident_ended')
    return {
      subject: `${product}: the Instagram incident has ended`,
      paragraphs: [
        `The incident that started on ${instantText(startedAt)} has ended. Affected connections recover automatically.`,
        'You do not need to do anything.',
      ],
      link: null,
    };
  return {
    subject: `${product}: Instagram refuses many connections at once`,
    paragraphs: [
      `Since ${instantText(startedAt)}, Instagram has refused many connections at once. The likely cause is your app or Instagram itself, not the accounts.`,
      'During the incident no connection is marked as expired, and owners are not notified.',
      'Check the dashboard of your app at Meta: the app may be blocked, its secret changed, or a product removed. “npx evergrant fleet” shows when the incident ends.',
    ],
    link: null,
  };
}

/** A stored token that could not be decrypted. */
export function decryptFailedNotice(
  { product, username, ownerRef }: NoticeSubject,
  integrationId: string,
): NoticeText {
  const who = accountName(username);
  return {
    subject: `${product}: the stored token of ${who} could not be decrypted`,
    paragraphs: [
      `The stored token of ${who} (connection ${integrationId} of “${ownerRef}”) is not the one that Evergrant stored. Someone may have changed the database or restored part of a backup.`,
      `The token is not used, and the connection is not marked as expired. Until this is fixed, ${product} cannot read or send messages for ${who}.`,
      `Find out who can write to the database, and restore the row. If it is lost, “npx evergrant reconnect-link ${integrationId}” creates a link for the owner.`,
      'Further failures within the hour are not emailed. “npx evergrant events --type token.decrypt_failed” lists all of them.',
    ],
    link: null,
  };
}

/** Instagram refuses to connect accounts for a reason that operators can remove. @param hint what to correct */
export function connectRefusedNotice(about: {
  product: string;
  hint: string;
  integrationId: string;
}): NoticeText {
  const { product, hint, integrationId } = about;
  return {
    subject: `${product}: an account could not be connected`,
    paragraphs: [
      `Instagram refused to connect an account (connection ${integrationId}). Its owner can do nothing about it.`,
      hint,
      '“npx evergrant doctor --provider” checks the app. Further refusals of this kind within the hour are only counted.',
    ],
    link: null,
  };
}

/** Meta does not let the app use messages, whatever an owner allows. */
export function appAccessNotice(
  { product, username, ownerRef }: NoticeSubject,
  integrationId: string,
): NoticeText {
  return {
    subject: `${product}: the app lacks access to messages`,
    paragraphs: [
      `Instagram refuses the messages of ${accountName(username)} (connection ${integrationId} of “${ownerRef}”), because the app has no access to them (error 3).`,
      'The owner cannot change this. Check in the app dashboard at Meta that instagram_business_manage_messages has Advanced Access, or that the account has a role in the app.',
      'The connection itself is healthy. Calls for its messages are tried again every 15 minutes.',
    ],
    link: null,
  };
}

export function endpointDisabledNotice(about: {
  product: string;
  host: string;
  endpointId: string;
  why: DisabledReason;
}): NoticeText {
  const { product, host, endpointId, why } = about;
  return {
    subject: `${product}: webhooks to ${host} were disabled`,
    paragraphs: [
      `The webhook endpoint ${endpointId} at ${host} is disabled: ${DISABLED_LABELS[why]}.`,
      'It no longer receives events. “GET /v1/events” returns all of them.',
      'Enable the endpoint once its consumer works again, or remove it.',
    ],
    link: null,
  };
}

/** Sent when an operator tests the mail settings. */
export function testNotice(product: string): NoticeText {
  return {
    subject: `${product}: test email`,
    paragraphs: [
      `Someone sent this test email from ${product}. Email notifications work.`,
      'You do not need to do anything.',
    ],
    link: null,
  };
}
