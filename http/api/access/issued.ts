import { sha256 } from '../../../adapters/digest';
import { listConnectLinks, revokeConnectLink } from '../../../adapters/postgres/access/connect-links';
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

export async function revokeLinkFor(deps: IssuedDeps, { ownerRefs }: Caller, id: string): Promise<void> {
  if (!ID.test(id) || !(await revokeConnectLink(deps.pool, id, ownerRefs, deps.clock.now())))
    throw notFound('connect link');
}

export function embedTokensFor(
  { pool, clock }: IssuedDeps,
  { ownerRefs }: Caller,
  filter: { ownerRef: string | null; createdBy: string | null },
  { before, limit }: PageWanted,
) {
  return listEmbedTokens(pool, { ...filter, ownerRefs, now: clock.now() }, before, limit);
}

export async function revokeEmbedTokenFor(
  deps: IssuedDeps,
  { ownerRefs }: Caller,
  id: string,
): Promise<void> {
  if (!ID.test(id) || !(await revokeEmbedToken(deps.pool, id, ownerRefs, deps.clock.now())))
    throw notFound('embed token');
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

export async function endSessionFor(deps: IssuedDeps, { ownerRefs }: Caller, id: string): Promise<void> {
  if (!ID.test(id) || !(await endSessionById(deps.pool, id, ownerRefs))) throw notFound('console session');
}
