import { z } from 'zod';
import { newId } from '../../ids';
import { type Db } from '../pool';

/** What a link says beyond its integration and grant: kept by the round that it began. */
export const roundLink = z.object({
  /** null: it is in no table. */
  id: z.string().nullable(),
  linkNo: z.number().int(),
  /** Valid only while this is the latest token version; null: any version. */
  version: z.number().int().nullable(),
  /** Epoch ms; null: until a newer token or grant exists. */
  expiresAt: z.number().nullable(),
});
export type RoundLink = z.infer<typeof roundLink>;

/** Who made a link or a token. */
export interface Maker {
  /** ID of an API key, `bootstrap`, `proxy` or `owner`. */
  createdBy: string;
  embedTokenId: string | null;
}

/** A link that an owner can be given, as it is listed. Instants are epoch ms. */
export interface ConnectLink {
  id: string;
  integrationId: string;
  ownerRef: string;
  createdBy: string;
  embedTokenId: string | null;
  createdAt: number;
  expiresAt: number;
}

/** Adds a link. An embed token has one for each integration: a page that asks again and again makes no more rows. */
export async function addConnectLink(
  db: Db,
  integrationId: string,
  { createdBy, embedTokenId }: Maker,
  times: { now: number; expiresAt: number },
): Promise<{ id: string; expiresAt: number; isNew: boolean }> {
  if (embedTokenId !== null) {
    const { rows } = await db.query<{ id: string; expires_at: Date }>(
      `select id, expires_at from connect_links
       where integration_id = $1 and embed_token_id = $2 and revoked_at is null`,
      [integrationId, embedTokenId],
    );
    if (rows[0]) return { id: rows[0].id, expiresAt: rows[0].expires_at.getTime(), isNew: false };
  }
  const id = newId('lnk');
  await db.query(
    `insert into connect_links (id, integration_id, created_by, embed_token_id, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6)`,
    [id, integrationId, createdBy, embedTokenId, new Date(times.now), new Date(times.expiresAt)],
  );
  return { id, expiresAt: times.expiresAt, isNew: true };
}

/** Revoked: itself, with all links of its integration, or with the key or embed token that made it. */
const REVOKED = `(
  l.revoked_at is not null
  or exists (select 1 from api_keys k where k.id = l.created_by and k.revoked_at is not null)
  or exists (select 1 from embed_tokens e where e.id = l.embed_token_id and e.revoked_at is not null)
)`;

/** Whether somebody ended a link before its time. */
export async function isRevoked(
  db: Db,
  { id, linkNo, integrationId }: Pick<RoundLink, 'id' | 'linkNo'> & { integrationId: string },
): Promise<boolean> {
  const { rows } = await db.query<{ revoked: boolean }>(
    `select link_no <> $2 or exists (select 1 from connect_links l where l.id = $3 and ${REVOKED}) as revoked
     from integrations where id = $1`,
    [integrationId, linkNo, id],
  );
  return rows[0]?.revoked ?? true;
}

/** Links that work, or would if no newer grant existed, newest first. @param before the last one of the page before */
export async function listConnectLinks(
  db: Db,
  filter: {
    integrationId: string | null;
    createdBy: string | null;
    /** Only of integrations of these owners; null: of all. */
    ownerRefs: readonly string[] | null;
    now: number;
  },
  before: { createdAt: number; id: string } | null,
  limit: number,
): Promise<ConnectLink[]> {
  const { rows } = await db.query(
    `select l.*, i.owner_ref from connect_links l join integrations i on i.id = l.integration_id
     where l.expires_at > $1 and not ${REVOKED} and i.state <> 'disconnected'
       and ($2::text is null or l.integration_id = $2)
       and ($3::text is null or l.created_by = $3)
       and ($4::text[] is null or i.owner_ref = any ($4))
       and ($5::timestamptz is null or (l.created_at, l.id) < ($5, $6))
     order by l.created_at desc, l.id desc limit $7`,
    [
      new Date(filter.now),
      filter.integrationId,
      filter.createdBy,
      filter.ownerRefs,
      before && new Date(before.createdAt),
      before?.id ?? '',
      limit,
    ],
  );
  return rows.map(connectLinkOf);
}

/**
 * @param ownerRefs only of integrations of these owners; null: of all
 * @returns its integration, and whether it was revoked before; null: there is no such link
 */
export async function revokeConnectLink(
  db: Db,
  id: string,
  ownerRefs: readonly string[] | null,
  now: number,
): Promise<{ integrationId: string; wasRevoked: boolean } | null> {
  const { rows } = await db.query<{ integration_id: string; was_revoked: boolean }>(
    `update connect_links l set revoked_at = coalesce(l.revoked_at, $2)
     from connect_links was join integrations i on i.id = was.integration_id
     where l.id = $1 and was.id = l.id and ($3::text[] is null or i.owner_ref = any ($3))
     returning l.integration_id, was.revoked_at is not null as was_revoked`,
    [id, new Date(now), ownerRefs],
  );
  return rows[0] ? { integrationId: rows[0].integration_id, wasRevoked: rows[0].was_revoked } : null;
}

/** Ends every link of an integration that exists, also those of events and emails. Call inside a transaction. */
export async function revokeLinksOf(db: Db, integrationId: string): Promise<void> {
  await db.query('update integrations set link_no = link_no + 1 where id = $1', [integrationId]);
  await db.query('delete from connect_links where integration_id = $1', [integrationId]);
}

function connectLinkOf(row: { [column: string]: unknown }): ConnectLink {
  return {
    id: row.id as string,
    integrationId: row.integration_id as string,
    ownerRef: row.owner_ref as string,
    createdBy: row.created_by as string,
    embedTokenId: row.embed_token_id as string | null,
    createdAt: (row.created_at as Date).getTime(),
    expiresAt: (row.expires_at as Date).getTime(),
  };
}
