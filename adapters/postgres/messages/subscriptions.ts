import { z } from 'zod';
import { USABLE_STATES } from '../../../core/lifecycle/states';
import { DAY_MS } from '../../../core/time';
import { type Db } from '../pool';

/** What Instagram refuses for good is asked for again after this. */
const REFUSED_RETRY_MS = 1 * DAY_MS;
/** Each subscription is compared with what Instagram lists so often at most. */
const CHECK_EVERY_MS = 1 * DAY_MS;

/** Why an account could not be subscribed to its messages. */
export const subscribeError = z.object({
  /** The grant that was tried. */
  grantNo: z.number(),
  code: z.string(),
  subcode: z.number().nullable(),
  /** Epoch ms. */
  at: z.number(),
  text: z.string(),
  /** Whether Instagram refuses it for what is asked, rather than just now. */
  refused: z.boolean(),
});
export type SubscribeError = z.infer<typeof subscribeError>;

/**
 * Usable integrations without a subscription to these fields for their current grant, least recently tried first.
 * @param fields in one text
 */
export async function findUnsubscribed(
  db: Db,
  fields: string,
  limit: number,
  now: number,
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from integrations
     where state = any ($2)
       and (subscribed_grant_no is distinct from grant_no or subscribed_fields is distinct from $3)
       and not coalesce((subscribe_error ->> 'refused')::boolean
         and (subscribe_error ->> 'grantNo')::integer = grant_no and subscribe_tried_at > $4, false)
     order by subscribe_tried_at nulls first, id limit $1`,
    [limit, USABLE_STATES, fields, new Date(now - REFUSED_RETRY_MS)],
  );
  return rows.map(({ id }) => id);
}

/** Usable integrations whose subscription has not been looked at for a day, the longest unseen first. */
export async function findUnchecked(db: Db, limit: number, now: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from integrations
     where state = any ($2) and subscribed_grant_no = grant_no
       and (subscription_checked_at is null or subscription_checked_at < $3)
     order by subscription_checked_at nulls first, id limit $1`,
    [limit, USABLE_STATES, new Date(now - CHECK_EVERY_MS)],
  );
  return rows.map(({ id }) => id);
}

/** @param result the fields that the grant is subscribed to, in one text, or why it is not; null: nothing was asked */
export async function recordSubscription(
  db: Db,
  id: string,
  result: { grantNo: number; fields: string } | { error: SubscribeError } | null,
  now: number,
): Promise<void> {
  const done = result && 'fields' in result ? result : null;
  const error = result && 'error' in result ? result.error : null;
  await db.query(
    `update integrations set subscribe_tried_at = $4, subscribed_grant_no = coalesce($2, subscribed_grant_no),
       subscribed_fields = coalesce($3, subscribed_fields),
       subscribe_error = case when $2::integer is null then coalesce($5, subscribe_error) end
     where id = $1`,
    [id, done?.grantNo ?? null, done?.fields ?? null, new Date(now), error && JSON.stringify(error)],
  );
}

/** @param isThere whether Instagram lists it; null: it gave no answer */
export async function recordCheck(db: Db, id: string, isThere: boolean | null, now: number): Promise<void> {
  await db.query(
    `update integrations set subscription_checked_at = $3,
       subscribed_grant_no = case when $2 is false then null else subscribed_grant_no end
     where id = $1`,
    [id, isThere, new Date(now)],
  );
}
