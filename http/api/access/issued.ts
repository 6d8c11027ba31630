import { sha256 } from '../../../adapters/digest';
import { audited } from '../../../adapters/postgres/access/audit-log';
import {
  listConnectLinks,
  revokeConnectLink,
  revokeLinksOf,
} from '../../../adapters/postgres/access/connect-links';
import { listEmbedTokens, revokeEmbedToken } from '../../../adapters/postgres/access/embed-tokens';
import { endSessionById, listSessions } from '../../../adapters/postgres/access/sessions';
import { type Position } from '../../../adapters/postgres/integrations/integrations';
import { type HttpDeps } from '../../deps';
import { type Caller } from '../../middleware/caller';
import { notFound } from '../../problems';

/** What was made with keys and gives access: a caller sees and ends what its owners allow. */

type IssuedDeps = Pick<HttpDeps, 'pool' | 'clock' | 'wallClock' | 'apiKey'>;

interface PageWanted {
  before: Position | null;
  limit: number;
}

/** The format of IDs. Other text is not looked up: PostgreSQL cannot read every character. */
const ID = /^[\w-]{1,64}$/;

export function linksFor(
  { pool, clock }: IssuedDeps,
  { ownerRefs }: Caller,
  filter: { integrationId: string | null; createdBy: string | null },
  { before, limit }: PageWanted,
) {
  return listConnectLinks(pool, { ...filter, ownerRefs, now: clock.now() }, before, limit);
}

export async function revokeLinkFor(deps: IssuedDeps, caller: Caller, id: string): Promise<void> {
  const now = deps.clock.now();
  const done = await audited(
    { pool: deps.pool, actor: caller.actor, now },
    async (db) => (ID.test(id) ? revokeConnectLink(db, id, caller.ownerRefs, now) : null),
    (link) => {
      if (!link || link.wasRevoked) return null;
      return { action: 'connect_link.revoke', target: id, integrationId: link.integrationId };
    },
  );
  if (!done) throw notFound('connect link');
}

/** Also those of events and emails. */
export async function revokeAllLinksFor(
  deps: IssuedDeps,
  caller: Caller,
  integrationId: string,
): Promise<void> {
  await audited(
    { pool: deps.pool, actor: caller.actor, now: deps.clock.now() },
    (db) => revokeLinksOf(db, integrationId),
    () => ({ action: 'connect_link.revoke', integrationId, changes: { links: 'all' } }),
  );
}

export function embedTokensFor(
  { pool, clock }: IssuedDeps,
  { ownerRefs }: Caller,
  filter: { ownerRef: string | null; createdBy: string | null },
  { before, limit }: PageWanted,
) {
  return listEmbedTokens(pool, { ...filter, ownerRefs, now: clock.now() }, before, limit);
}

export async function revokeEmbedTokenFor(deps: IssuedDeps, caller: Caller, id: string): Promise<void> {
  const now = deps.clock.now();
  const done = await audited(
    { pool: deps.pool, actor: caller.actor, now },
    async (db) => (ID.test(id) ? revokeEmbedToken(db, id, caller.ownerRefs, now) : null),
    (token) => {
      if (!token || token.wasRevoked) return null;
      return { action: 'embed_token.revoke', target: id, changes: { ownerRef: token.ownerRef } };
    },
  );
  if (!done) throw notFound('embed token');
}

export function sessionsFor(
  { pool, clock, wallClock, apiKey }: IssuedDeps,
  { ownerRefs }: Caller,
  { before, limit }: PageWanted,
) {
  const bootstrapHash = apiKey && sha256(apiKey.reveal());
  const filter = { ownerRefs, bootstrapHash, now: wallClock.now(), keysNow: clock.now() };
  return listSessions(pool, filter, before, limit);
}

export async function endSessionFor(deps: IssuedDeps, caller: Caller, id: string): Promise<void> {
  const done = await audited(
    { pool: deps.pool, actor: caller.actor, now: deps.clock.now() },
    async (db) => ID.test(id) && endSessionById(db, id, caller.ownerRefs),
    (ended) => (ended ? { action: 'console_session.end', target: id } : null),
  );
  if (!done) throw notFound('console session');
}
