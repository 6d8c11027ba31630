import { addAuditEntry } from '../../adapters/postgres/access/audit-log';
import {
  AccountTaken,
  type Grant,
  GrantTooLate,
  storeGrant,
} from '../../adapters/postgres/integrations/grants';
import { applyChange } from '../../adapters/postgres/integrations/apply-change';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { createIntegration, findByAccount } from '../../adapters/postgres/integrations/integrations';
import { type Db, withTransaction } from '../../adapters/postgres/pool';
import { type Actor, namedActor } from '../../core/access/actor';
import { paused } from '../../core/lifecycle/changes';
import { type GivenGrant, importVerdict, lifetimeOf, refuseForeign } from '../../core/importing/policy';
import { ImportRefused } from '../../core/importing/refusals';
import { refreshAtFor, spreadRefreshAt } from '../../core/lifecycle/refresh-policy';
import { type ConnectDeps } from '../connecting/deps';
import { subscribeToMessages } from '../message-subscription';
import { notifyLifecycle } from '../notify-lifecycle';
import { dateToken, proveAccount, proveScopes } from './prove-token';

export type ImportDeps = Omit<ConnectDeps, 'counters' | 'pause'>;

/** Whose the connection becomes. */
export interface WantedConnection {
  ownerRef: string;
  externalId?: string | undefined;
  contact?: { email: string } | undefined;
  /** Whether scheduled refreshes begin paused. */
  isPaused?: boolean;
}

export interface ImportOptions {
  by: Actor;
  /** One of many: a refresh that is due now is put off, the longer the more time is left. */
  isOneOfMany?: boolean;
  /** Whether an unclear answer about the scopes fails the import; otherwise they are not claimed. */
  mustProveScopes?: boolean;
  /** What is written in the transaction that stores the grant. */
  alongside?: (db: Db, integration: Integration) => Promise<void>;
}

export interface Imported {
  integration: Integration;
  /** `already`: the account's connection is kept as it is. */
  outcome: 'taken' | 'already';
}

/**
 * Imports a long-lived token from another system: dates it, probes it, proves its scopes, then stores it as a grant, once
 * per account. A usable connection of the same owner is kept, unless the imported token is known to be newer.
 * @throws ImportRefused | ProviderError
 */
export async function importToken(
  deps: ImportDeps,
  wanted: WantedConnection,
  given: GivenGrant,
  options: ImportOptions,
): Promise<Imported> {
  refuseForeign(given.accessToken.reveal());
  const dated = await dateToken(deps.instagram, given, lifetimeOf(deps.clock.now(), given));
  const account = await proveAccount(deps.instagram, dated.token);
  const scopes = await proveScopes(deps.instagram, dated.token, options.mustProveScopes === true);
  const refreshAt = dated.refreshAt ?? refreshAtFor(dated, deps.random());
  const grant: Grant = {
    ...dated,
    refreshAt: options.isOneOfMany
      ? spreadRefreshAt({ ...dated, refreshAt }, deps.clock.now(), deps.random())
      : refreshAt,
    scopes,
    account,
  };
  try {
    return await place(deps, wanted, given, grant, options);
  } catch (error) {
    // A concurrent import of the same account was first.
    if (!(error instanceof AccountTaken || error instanceof GrantTooLate)) throw error;
    return place(deps, wanted, given, grant, options);
  }
}

/**
 * What `importToken` would do now. Asks Instagram whose the token is, and changes nothing.
 * @throws ImportRefused | ProviderError
 */
export async function tryToken(
  deps: Pick<ImportDeps, 'pool' | 'instagram' | 'clock'>,
  wanted: WantedConnection,
  given: GivenGrant,
): Promise<{ would: 'create' | 'replace' | 'keep'; accountId: string; integrationId: string | null }> {
  refuseForeign(given.accessToken.reveal());
  const lifetime = lifetimeOf(deps.clock.now(), given);
  const account = await proveAccount(deps.instagram, given.accessToken);
  const existing = await liveOf(deps, account.id);
  const would = importVerdict(existing, wanted.ownerRef, tokenOf(lifetime, given), deps.clock.now());
  if (would === 'taken') throw new ImportRefused('account_taken');
  return { would, accountId: account.id, integrationId: existing?.id ?? null };
}

async function place(
  deps: ImportDeps,
  wanted: WantedConnection,
  given: GivenGrant,
  grant: Grant,
  options: ImportOptions,
): Promise<Imported> {
  const existing = await liveOf(deps, grant.account.id);
  switch (importVerdict(existing, wanted.ownerRef, tokenOf(grant, given), deps.clock.now())) {
    case 'taken':
      throw new ImportRefused('account_taken');
    case 'keep':
      return { integration: existing!, outcome: 'already' };
    case 'replace':
      return stored(deps, await store(deps, deps.pool, existing!, wanted, grant, options));
    case 'create':
      // In one transaction: an import that is cut off leaves no pending integration behind.
      return stored(
        deps,
        await withTransaction(deps.pool, async (db) =>
          store(
            deps,
            db,
            await createIntegration(db, newRow(deps, wanted), deps.clock.now()),
            wanted,
            grant,
            options,
          ),
        ),
      );
  }
}

function store(
  { sealer, clock, random }: ImportDeps,
  db: Db,
  row: Integration,
  wanted: WantedConnection,
  grant: Grant,
  { by, alongside }: ImportOptions,
): Promise<Integration> {
  const now = clock.now();
  return storeGrant(db, sealer, row.id, row.grantNo, grant, now, random(), async (within, integration) => {
    const { id, ownerRef, externalId } = integration;
    const entry = {
      action: 'integration.import',
      integrationId: id,
      changes: { ownerRef, externalId },
    } as const;
    await addAuditEntry(within, by, entry, now);
    if (wanted.isPaused && !integration.paused)
      await applyChange(within, integration, paused(namedActor(by)), now);
    await alongside?.(within, integration);
  });
}

async function stored(deps: ImportDeps, integration: Integration): Promise<Imported> {
  await Promise.all([notifyLifecycle(deps, integration.id), subscribeToMessages(deps, integration.id)]);
  return { integration, outcome: 'taken' };
}

function tokenOf({ issuedAt }: { issuedAt: number }, given: GivenGrant) {
  return { issuedAt, isDated: given.issuedAt !== undefined };
}

function liveOf({ pool, instagram }: Pick<ImportDeps, 'pool' | 'instagram'>, accountId: string) {
  return findByAccount(pool, 'instagram', instagram.settings.appId, accountId);
}

function newRow({ instagram }: Pick<ImportDeps, 'instagram'>, wanted: WantedConnection) {
  return {
    provider: 'instagram',
    appId: instagram.settings.appId,
    ownerRef: wanted.ownerRef,
    externalId: wanted.externalId ?? null,
    contactEmail: wanted.contact?.email ?? null,
  };
}
