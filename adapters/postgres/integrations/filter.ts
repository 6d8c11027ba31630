import { type Reason, type State } from '../../../core/lifecycle/states';

/** Conditions on integrations, which are combined; null: any. */
export interface IntegrationFilter {
  state: State | null;
  ownerRef: string | null;
  /** Only of these owners; null: of all. */
  ownerRefs: readonly string[] | null;
  externalId: string | null;
  accountId: string | null;
  reason: Reason | null;
  /** Only those whose expiry is before this instant (epoch ms), expired ones left out. */
  expiringBefore: number | null;
}

/** The condition in SQL: its values are the first seven of the statement. */
export const MATCHES_FILTER = `
  ($1::text is null or state = $1)
  and ($2::text is null or owner_ref = $2)
  and ($3::text[] is null or owner_ref = any ($3))
  and ($4::text is null or external_id = $4)
  and ($5::text is null or account_id = $5 or account_scoped_id = $5)
  and ($6::text is null or (state = 'expired' and reason = $6))
  and ($7::timestamptz is null or (expires_at < $7 and state in ('active', 'refreshing', 'recovering')))`;

export function filterValues(filter: IntegrationFilter): unknown[] {
  const { state, ownerRef, ownerRefs, externalId, accountId, reason, expiringBefore } = filter;
  return [
    ...[state, ownerRef, ownerRefs, externalId, accountId, reason],
    expiringBefore === null ? null : new Date(expiringBefore),
  ];
}
