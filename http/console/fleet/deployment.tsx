import { FLEET_TEXT as TEXT, auditText } from '../../../core/text/console-fleet';
import { growthText, retentionText, sizeText } from '../../../core/text/sizes';
import { DataTable, Instant, When } from '../parts';
import { type KeyHolder } from '../../../adapters/postgres/keys/key-holders';
import { type FleetStatus } from '../../api/fleet-status';

/** What keeps the fleet going: processes, the audit and the database. */

/** Workers and APIs that run now. */
export function Processes({ processes }: { processes: KeyHolder[] }) {
  return (
    <section class="card">
      <h2>{TEXT.processes}</h2>
      {processes.every(({ role }) => role !== 'worker' && role !== SANDBOX_ROLE) && (
        <p class="bad">{TEXT.noWorker}</p>
      )}
      {processes.length > 0 && (
        <DataTable label={TEXT.processes} columns={TEXT.processColumns}>
          {processes.map(({ role, host, pid, version, seenSecondsAgo }) => (
            <tr>
              <th scope="row">{role}</th>
              <td>{`${host}/${pid}`}</td>
              <td data-label={TEXT.processColumns.version}>{version ?? '—'}</td>
              <td data-label={TEXT.processColumns.seen}>{TEXT.secondsAgo(seenSecondsAgo)}</td>
            </tr>
          ))}
        </DataTable>
      )}
    </section>
  );
}

/** `npm start` runs everything in one process. */
const SANDBOX_ROLE = 'evergrant';

const TABLES_SHOWN = 8;

/** The largest tables, how they grow, and how long their rows are kept. */
export function Storage({ tables }: { tables: NonNullable<FleetStatus['tables']> }) {
  const total = tables.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <section class="card">
      <h2>{TEXT.storage}</h2>
      <p class="quiet">{TEXT.storageTotal(sizeText(total))}</p>
      <div class="scroll" role="region" aria-label={TEXT.storage} tabindex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{TEXT.table}</th>
              <th scope="col" class="number">
                {TEXT.rows}
              </th>
              <th scope="col" class="number">
                {TEXT.size}
              </th>
              <th scope="col" class="number">
                {TEXT.growth}
              </th>
              <th scope="col">{TEXT.retention}</th>
            </tr>
          </thead>
          <tbody>
            {tables
              .slice(0, TABLES_SHOWN)
              .map(({ name, rows, bytes, rowsPerDay, bytesPerDay, retention }) => (
                <tr>
                  <th scope="row">{name}</th>
                  <td class="number">{rows.toLocaleString('en')}</td>
                  <td class="number">{sizeText(bytes)}</td>
                  <td class="number">{growthText(rowsPerDay, bytesPerDay)}</td>
                  <td>{retentionText(retention)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** The hourly audit of the fleet. */
export function Audit({ audit, now }: Pick<FleetStatus, 'audit'> & { now: number }) {
  return (
    <section class="card">
      <h2>{TEXT.audit}</h2>
      <dl>
        <dt>{TEXT.schedule}</dt>
        <dd>
          {audit.enabled === null
            ? TEXT.scheduleUnknown
            : audit.enabled
              ? TEXT.scheduleOn(audit.every)
              : TEXT.scheduleOff}
        </dd>
        <dt>{TEXT.lastRun}</dt>
        <dd>
          {audit.lastRunAt === null ? TEXT.noneYet : <When at={Date.parse(audit.lastRunAt)} now={now} />}
        </dd>
        <dt>{TEXT.result}</dt>
        <dd>{auditText(audit.lastResult)}</dd>
        <dt>{TEXT.nextRun}</dt>
        <dd>{audit.nextRunAt === null ? TEXT.notScheduled : <Instant at={Date.parse(audit.nextRunAt)} />}</dd>
      </dl>
    </section>
  );
}
