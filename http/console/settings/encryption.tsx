import { Hono } from 'hono';
import { createKeyChecks } from '../../../adapters/encryption/key-check';
import { nextStep } from '../../../services/keys/next-step';
import { type KeysReport, reportOn } from '../../../services/keys/report';
import { RING_TEXT as TEXT } from '../../../core/text/console-settings';
import { type HttpDeps } from '../../deps';
import { ENCRYPTION } from '../paths';
import { DataTable } from '../parts';
import { type ConsoleEnv } from '../session';
import { requireWholeDeployment } from './require-whole';
import { showSettings } from './show-settings';

/** The key ring: which keys encrypt and decrypt, and what to do next. */
export function encryptionRoutes(deps: HttpDeps) {
  const checks = createKeyChecks(deps.pool);
  return new Hono<ConsoleEnv>().get(ENCRYPTION, async (c) => {
    requireWholeDeployment(c);
    const report = await reportOn({ pool: deps.pool, checks, ring: deps.sealer.ring, file: null });
    return showSettings(deps, c, 'encryption', {
      content: (
        <>
          <RingTable ring={report} />
          <p class="quiet">{TEXT.next(nextStep(report))}</p>
        </>
      ),
    });
  });
}

function RingTable({ ring }: { ring: KeysReport }) {
  return (
    <DataTable label={TEXT.title} columns={TEXT.columns}>
      {ring.keys.map(({ id, role, check, rows, heldBy }) => (
        <tr>
          <th scope="row">{id}</th>
          <td class={role === 'missing' ? 'bad' : undefined}>{TEXT.roles[role]}</td>
          <td data-label={TEXT.columns.check} class={check === 'other_bytes' ? 'bad' : undefined}>
            {check === null ? TEXT.notLoaded : TEXT.checks[check]}
          </td>
          <td data-label={TEXT.columns.rows}>
            {String(Object.values(rows).reduce((sum, count) => sum + count, 0))}
          </td>
          <td data-label={TEXT.columns.processes}>{TEXT.heldBy(heldBy.length, ring.processes.length)}</td>
        </tr>
      ))}
    </DataTable>
  );
}
