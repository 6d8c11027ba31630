import { type Client } from '@temporalio/client';
import { type Pool } from 'pg';
import { type Clock } from '../../adapters/clock';
import { type Sealer } from '../../adapters/encryption/sealer';
import { type Instagram } from '../../adapters/instagram/client';
import { type Logger } from '../../adapters/logger';
import { type Counters } from '../../adapters/metrics';

/** What a round through Instagram is completed with. */
export interface ConnectDeps {
  pool: Pool;
  sealer: Sealer;
  instagram: Instagram;
  clock: Clock;
  random: () => number;
  logger: Logger;
  counters: Pick<Counters, 'connect'>;
  /** Lets ms pass between tries; absent: on the machine's clock. */
  pause?: ((ms: number) => Promise<unknown>) | undefined;
  lifecycles: { rowChanged(integrationId: string): Promise<void> };
  temporal: Client;
}
