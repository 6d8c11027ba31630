/**
 * What an event may keep of its data once the account's data was deleted, as far as it is a plain value. All else goes,
 * also what a later release adds: nothing here is about the account, its conversations or what Instagram answered in words.
 */
export const FIELDS_KEPT_AFTER_DELETION: readonly string[] = [
  'integrationId',
  'externalId',
  'ownerRef',
  'state',
  'reason',
  'tokenVersion',
  'expiresAt',
  'trigger',
  'how',
  'cause',
  'number',
  'failedAttempts',
  'code',
  'subcode',
  'source',
  'stage',
  // who looked at messages: a person of the operator's
  'by',
  'keyId',
];
