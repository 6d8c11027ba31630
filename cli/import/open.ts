import { type Client } from '@temporalio/client';
import { loadSettings } from '../../adapters/config';
import { triggerAudit } from '../../adapters/temporal/audit-schedule';
import { createLifecycles } from '../../services/lifecycles';
import { type ImportDeps } from '../../services/importing/import-token';
import { NEEDED_SETTINGS, createServices } from '../../services/services';
import { clockOf } from '../clock';
import { databaseFailure } from '../database-failure';
import { withLocalSimulator } from '../doctor/provider';
import { type Io } from '../output/io';
import { withLocalKeys, withLocalServers } from '../settings';

/** So many lifecycles are started at once. More are left to the audit, so that rows do not wait for them. */
const STARTED_AT_ONCE = 500;
/** After so many failures in a row the others are left to it, too. */
const SIGNAL_FAILURES = 3;

export interface ImportWorld extends ImportDeps {
  /** Has the audit start the lifecycles that were not started, also by a run that was killed. @returns how many of this run's */
  startTheRest(): Promise<number>;
}

/** Opens database, keys, Instagram and Temporal for as long as `work` takes. */
export async function withImport<T>(io: Io, work: (world: ImportWorld) => Promise<T>): Promise<T> {
  const given = withLocalSimulator(withLocalKeys(withLocalServers(io.env)));
  // What a row is refused for is in the result; nothing else is to be said on the way.
  const env = { ...given, LOG_LEVEL: given.LOG_LEVEL || 'silent' };
  const settings = loadSettings(env, NEEDED_SETTINGS);
  const clock = await clockOf(settings.INSTAGRAM_GRAPH_URL);
  const services = createServices(settings, { name: 'import', clock, env });
  try {
    return await work({ ...services, ...signals(createLifecycles(services.temporal), services.temporal) });
  } catch (error) {
    throw typeof (error as { code?: unknown }).code === 'string' ? databaseFailure(error) : error;
  } finally {
    await services.close();
  }
}

/** Each signal has two seconds. Where Temporal does not answer, not every row waits for them. */
function signals({ rowChanged }: ImportDeps['lifecycles'], temporal: Client) {
  let inARow = 0;
  let started = 0;
  let left = 0;
  return {
    lifecycles: {
      async rowChanged(integrationId: string): Promise<void> {
        left += 1;
        if (started >= STARTED_AT_ONCE || inARow >= SIGNAL_FAILURES) return;
        inARow += 1;
        await rowChanged(integrationId);
        inARow = 0;
        started += 1;
        left -= 1;
      },
    },
    async startTheRest(): Promise<number> {
      // It also runs hourly by itself.
      await triggerAudit(temporal).catch(() => undefined);
      return left;
    },
  };
}
