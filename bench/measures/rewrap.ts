import { DAY_MS } from '../../core/time';
import { keyBytes } from '../../test/support/key-bytes';
import { KEY_RING, startDeployment } from '../deployment';
import { connectFleet } from '../fleet';
import { type Benchmark, rounded, timed } from '../measure';

const SIZES = { full: 3_000, smoke: 5 };
const NEW_KEY = `new:${keyBytes(9).toString('base64')}`;

export const rewrap: Benchmark = {
  name: 'rewrap',
  about: '`evergrant keys rewrap` with a new first key, over tokens that the old one encrypted.',
  async run(size, progress) {
    const count = SIZES[size];
    const deployment = await startDeployment();
    try {
      await connectFleet(deployment, count, Date.now() - 2 * DAY_MS, progress);
      const run = () =>
        timed(() => deployment.run(['keys', 'rewrap'], { EVERGRANT_KEYS: `${NEW_KEY},${KEY_RING}` }));
      const rewrapMs = await run();
      // What remains is the start of the command itself.
      const startMs = await run();
      const { rows } = await deployment.pool.query<{ count: string }>(
        `select count(*) from token_versions where key_id = 'new'`,
      );
      if (Number(rows[0]!.count) !== count) throw new Error(`${rows[0]!.count} of ${count} tokens rewrapped`);
      return [
        {
          what: `keys rewrap, ${count} tokens`,
          value: rounded((count * 1_000) / Math.max(1, rewrapMs - startMs)),
          unit: 'a second',
          wanted: { is: 'at least', value: 500, of: 'value' },
        },
      ];
    } finally {
      await deployment.stop();
    }
  },
};
