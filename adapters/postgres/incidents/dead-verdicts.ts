import { VERDICT_WINDOW_MS, allowedVerdicts } from '../../../core/lifecycle/incident-policy';
import { expiryWithdrawn } from '../../../core/lifecycle/changes';
import { applyChange } from '../integrations/apply-change';
import { type ProviderApp, beginIncident, fleetOf } from './incidents';
import { type Integration, integrationOf } from '../integrations/integration-row';
import { type Db } from '../pool';

export type Admission = { admitted: true } | { admitted: false; withdrawn: string[] };

/**
 * Whether a token may be declared dead. Not while an incident is open, nor by a probe that began before one ended; and the
 * verdict that is one too many opens an incident, which withdraws those of the last minute: `withdrawn` are their
 * integrations, whose lifecycles are to be notified. Call inside the transaction that expires the integration.
 * @param probedAt epoch ms at which the probe began that found the token dead
 */
export async function admitVerdict(
  db: Db,
  row: Integration,
  probedAt: number,
  now: number,
): Promise<Admission> {
  await db.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `verdicts ${row.provider} ${row.appId}`,
  ]);
  // Rows are locked before verdicts, here as by whatever else ends a connection: two orders would be a deadlock.
  await db.query('select 1 from integrations where id = $1 for update', [row.id]);
  if (await isDoubtful(db, row, probedAt)) return { admitted: false, withdrawn: [] };
  if (await isBelieved(db, row)) return { admitted: true };
  const since = new Date(now - VERDICT_WINDOW_MS);
  const { rows } = await db.query<{ count: string }>(
    'select count(*) from dead_verdicts where provider = $1 and app_id = $2 and at > $3',
    [row.provider, row.appId, since],
  );
  const recent = Number(rows[0]?.count ?? 0);
  if (recent < allowedVerdicts((await fleetOf(db, row, now)) + recent)) {
    await db.query(
      `insert into dead_verdicts (integration_id, provider, app_id, version, at) values ($1, $2, $3, $4, $5)
       on conflict (integration_id) do update set version = excluded.version, at = excluded.at`,
      [row.id, row.provider, row.appId, row.version, new Date(now)],
    );
    return { admitted: true };
  }
  await beginIncident(db, row, 'verdicts', now);
  return { admitted: false, withdrawn: await withdraw(db, row, since, now) };
}

async function isDoubtful(db: Db, app: ProviderApp, probedAt: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `select 1 from provider_incidents
     where provider = $1 and app_id = $2 and (ended_at is null or ended_at > $3) limit 1`,
    [app.provider, app.appId, new Date(probedAt)],
  );
  return (rowCount ?? 0) > 0;
}

/** Whether the newest incident ended in belief, and this integration was in doubt during it. */
async function isBelieved(db: Db, row: Integration): Promise<boolean> {
  const { rows } = await db.query<{ believed: boolean; ended_at: Date }>(
    `select believed, ended_at from provider_incidents
     where provider = $1 and app_id = $2 and ended_at is not null order by ended_at desc limit 1`,
    [row.provider, row.appId],
  );
  const [last] = rows;
  return last?.believed === true && (row.recovery?.since ?? Infinity) < last.ended_at.getTime();
}

/** Withdraws the verdicts since `since`: what was expired by them is decided again instead. */
async function withdraw(db: Db, app: ProviderApp, since: Date, now: number): Promise<string[]> {
  const values = [app.provider, app.appId, since];
  const { rows } = await db.query(
    `select i.* from integrations i join dead_verdicts v on i.id = v.integration_id and token_version = v.version
     where v.provider = $1 and v.app_id = $2 and v.at > $3 and state = 'expired' order by i.id for update of i`,
    values,
  );
  const { rows: verdicts } = await db.query<{ integration_id: string }>(
    'delete from dead_verdicts where provider = $1 and app_id = $2 and at > $3 returning integration_id',
    values,
  );
  // A verdict that is gone by now was replaced by the owner's own word while this waited for the row.
  const withdrawn = new Set(verdicts.map(({ integration_id }) => integration_id));
  const expired = rows.map(integrationOf).filter(({ id }) => withdrawn.has(id));
  for (const was of expired) await applyChange(db, was, expiryWithdrawn(was, now), now);
  return expired.map(({ id }) => id);
}
