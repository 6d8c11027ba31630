import {
  INCIDENT_PROBE_EVERY_MS,
  type IncidentKind,
  answersNeeded,
} from '../../../core/lifecycle/incident-policy';
import { newId } from '../../ids';
import { addGeneralEvent } from '../deliveries/events';
import { type Integration } from '../integrations/integration-row';
import { type Db } from '../pool';

/** An app at a provider, as every integration of it names it. */
export type ProviderApp = Pick<Integration, 'provider' | 'appId'>;

export interface Incident extends ProviderApp {
  id: string;
  kind: IncidentKind;
  startedAt: number;
  endedAt: number | null;
}

export async function findOpenIncident(db: Db, app: ProviderApp): Promise<Incident | null> {
  const { rows } = await db.query(
    'select * from provider_incidents where provider = $1 and app_id = $2 and ended_at is null',
    [app.provider, app.appId],
  );
  return rows[0] ? incidentOf(rows[0]) : null;
}

/** Incidents under way, oldest first. */
export async function openIncidents(db: Db): Promise<Incident[]> {
  const { rows } = await db.query(
    'select * from provider_incidents where ended_at is null order by started_at',
  );
  return rows.map(incidentOf);
}

/** How many integrations of the app should have a living token, those included about which that is in doubt. */
export async function fleetOf(db: Db, app: ProviderApp, now: number): Promise<number> {
  const { rows } = await db.query<{ count: string }>(
    `select count(*) from integrations
     where provider = $1 and app_id = $2
       and (state = 'recovering' or (state in ('active', 'refreshing') and expires_at > $3))`,
    [app.provider, app.appId, new Date(now)],
  );
  return Number(rows[0]?.count ?? 0);
}

/** Other connections of the app whose last own call was refused for what it asked, since an instant in epoch ms. */
export async function countRefusedCalls(
  db: Db,
  { id, provider, appId }: Pick<Integration, 'id' | 'provider' | 'appId'>,
  since: number,
): Promise<number> {
  const { rows } = await db.query<{ count: string }>(
    `select count(*) from integrations
     where provider = $1 and app_id = $2 and id <> $3 and state in ('recovering', 'refreshing')
       and last_error ->> 'class' = 'call' and (last_error ->> 'at')::numeric >= $4`,
    [provider, appId, id, since],
  );
  return Number(rows[0]?.count ?? 0);
}

/** Opens an incident unless one is open; its beginning is reported once. Call inside a transaction. */
export async function beginIncident(
  db: Db,
  app: ProviderApp,
  kind: IncidentKind,
  now: number,
): Promise<void> {
  const { rows } = await db.query(
    `insert into provider_incidents (id, provider, app_id, kind, started_at, next_probe_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (provider, app_id) where ended_at is null do nothing returning *`,
    [newId('inc'), app.provider, app.appId, kind, new Date(now), new Date(now + INCIDENT_PROBE_EVERY_MS)],
  );
  if (rows[0]) await report(db, 'provider.incident_started', incidentOf(rows[0]), now);
}

/** Ends it, once. Call inside a transaction. @param believed the tokens in doubt are dead after all */
export async function endIncident(
  db: Db,
  incident: Pick<Incident, 'id'>,
  now: number,
  { believed = false } = {},
): Promise<void> {
  const { rows } = await db.query(
    `update provider_incidents set ended_at = $2, believed = $3
     where id = $1 and ended_at is null returning *`,
    [incident.id, new Date(now), believed],
  );
  if (rows[0]) await report(db, 'provider.incident_ended', incidentOf(rows[0]), now);
}

/** Ends incidents among whose tokens none is in doubt any more. @returns how many */
export async function endIdleIncidents(db: Db, now: number): Promise<number> {
  const { rows } = await db.query(
    `select * from provider_incidents i where ended_at is null and kind = 'verdicts' and not exists (
       select 1 from integrations
       where provider = i.provider and app_id = i.app_id and state = 'recovering')`,
  );
  for (const row of rows) await endIncident(db, incidentOf(row), now);
  return rows.length;
}

/** Whether the caller may probe now whether the incident is over: one at a time, a few seconds apart. */
export async function claimProbe(db: Db, incident: Pick<Incident, 'id'>, now: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update provider_incidents set next_probe_at = $3
     where id = $1 and ended_at is null and next_probe_at <= $2`,
    [incident.id, new Date(now), new Date(now + INCIDENT_PROBE_EVERY_MS)],
  );
  return rowCount === 1;
}

/** Records that a deferred integration got a clear answer; enough of them end the incident. Call inside a transaction. */
export async function recordAnswer(db: Db, incident: Incident, row: Integration, now: number): Promise<void> {
  const { rows } = await db.query<{ answered: string[]; recovering: string }>(
    `update provider_incidents
     set answered = case when $2 = any (answered) then answered else answered || $2 end
     where id = $1 and ended_at is null
     returning answered, (
       select count(*) from integrations
       where provider = $3 and app_id = $4 and state = 'recovering'
     ) as recovering`,
    [incident.id, row.id, row.provider, row.appId],
  );
  const [noted] = rows;
  if (noted && noted.answered.length >= answersNeeded(Number(noted.recovering)))
    await endIncident(db, incident, now);
}

function report(
  db: Db,
  type: 'provider.incident_started' | 'provider.incident_ended',
  incident: Incident,
  now: number,
): Promise<void> {
  const { id, provider, appId, kind, startedAt } = incident;
  const data = { incidentId: id, provider, appId, kind, startedAt: new Date(startedAt).toISOString() };
  return addGeneralEvent(db, { type, data }, now);
}

function incidentOf(row: { [column: string]: unknown }): Incident {
  const { id, provider, app_id, kind, started_at, ended_at } = row as {
    id: string;
    provider: string;
    app_id: string;
    kind: IncidentKind;
    started_at: Date;
    ended_at: Date | null;
  };
  return {
    id,
    provider,
    appId: app_id,
    kind,
    startedAt: started_at.getTime(),
    endedAt: ended_at?.getTime() ?? null,
  };
}
