import { loadSettings } from '../../adapters/config';
import { createLifecycles } from '../../services/lifecycles';
import { type ImportDeps } from '../../services/importing/import-token';
import { NEEDED_SETTINGS, createServices } from '../../services/services';
import { clockOf } from '../clock';
import { databaseFailure } from '../database-failure';
import { withLocalSimulator } from '../doctor/provider';
import { type Io } from '../output/io';
import { withLocalKeys, withLocalServers } from '../settings';

/** After so many failures in a row lifecycles are left to the audit. */
const SIGNAL_FAILURES = 3;

export interface ImportWorld extends ImportDeps {
  /** Lifecycles that Temporal was not told of; the audit starts them. */
  unsignalled(): number;
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
    return await work({ ...services, ...signals(createLifecycles(services.temporal)) });
  } catch (error) {
    throw typeof (error as { code?: unknown }).code === 'string' ? databaseFailure(error) : error;
  } finally {
    await services.close();
  }
}

/** Each signal has two seconds. Where Temporal does not answer, not every row waits for them. */
function signals({ rowChanged }: ImportDeps['lifecycles']) {
  let inARow = 0;
  let unsignalled = 0;
  return {
    lifecycles: {
      async rowChanged(integrationId: string): Promise<void> {
        unsignalled += 1;
        if (inARow >= SIGNAL_FAILURES) throw new Error('Temporal did not answer before.');
        inARow += 1;
        await rowChanged(integrationId);
        inARow = 0;
        unsignalled -= 1;
      },
    },
    unsignalled: () => unsignalled,
  };
}
