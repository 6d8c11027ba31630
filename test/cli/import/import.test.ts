import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DAY_MS } from '../../../core/time';
import { type World, evergrant as run } from '../../support/cli';
import { instagramSettings } from '../../support/instagram-settings';
import { keyBytes } from '../../support/key-bytes';
import { type Stack, startStack } from '../../support/stack';
import { temporaryFolder } from '../../support/temporary-folder';

let stack: Stack;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  stack = await startStack({ workers: false });
  const { namespace } = stack.client.options;
  env = {
    DATABASE_URL: stack.directDatabaseUrl,
    TEMPORAL_ADDRESS: stack.temporalAddress,
    TEMPORAL_NAMESPACE: namespace,
    EVERGRANT_KEYS: `test:${keyBytes(7).toString('base64')}`,
    ...instagramSettings({ simulator: stack.simulator, url: stack.simulatorUrl }),
  };
});
afterAll(() => stack.stop());
afterEach(() => stack.calm());

const now = () => stack.simulator.clock.now();
const iso = (at: number) => new Date(at).toISOString();
let accounts = 0;
/** A token that another system holds. */
function held(username = `moved_${++accounts}`): string {
  if (!stack.simulator.accounts().some((account) => account.username === username))
    stack.simulator.addAccount({ username });
  return stack.simulator.generateToken(username);
}

interface Result {
  taken: number;
  already: number;
  refused: number;
  complete: boolean;
  rows: { row: number; outcome: string; reason: string | null; code: string | null; integrationId: string }[];
}

function file(content: string, name = 'accounts.csv'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}
const evergrant = (args: string[], world: World = {}) => run(['import', ...args], { env, ...world });
async function imported(args: string[], world: World = {}) {
  const { code, out, err } = await evergrant([...args, '--json'], world);
  return { code, err, out, ...(JSON.parse(out) as Result) };
}

test('rows of a CSV are taken over: dated, proven, sealed, and kept alive by lifecycles', async () => {
  const [dated, undated] = [held(), held()];
  const content = [
    'access_token,expires_at,owner_ref,external_id,email,colour',
    `${dated},${iso(now() + 50 * DAY_MS)},shop-1,crm-1,jo@shop.example,red`,
    `${undated},,shop-2,17841400000000001,,`,
  ].join('\r\n');
  const path = file(`\uFEFF${content}\r\n`);
  const first = await imported([path]);
  expect(first).toMatchObject({ code: 0, taken: 2, already: 0, refused: 0, complete: true });
  expect(first.err).toContain('Ignored columns: colour');
  const rows = await Promise.all(first.rows.map(({ integrationId }) => stack.row(integrationId)));
  expect(rows[0]).toMatchObject({
    state: 'active',
    ownerRef: 'shop-1',
    externalId: 'crm-1',
    contactEmail: 'jo@shop.example',
    scopes: ['instagram_business_basic', 'instagram_business_manage_messages'],
  });
  expect(rows[1]).toMatchObject({ ownerRef: 'shop-2', externalId: '17841400000000001' });
  expect(rows[1]!.refreshAt! - rows[1]!.issuedAt!).toBeGreaterThanOrEqual(DAY_MS);
  for (const { id } of rows) {
    const described = await stack.client.workflow.getHandle(`token-lifecycle/${id}`).describe();
    expect(described.status.name).toBe('RUNNING');
  }
  const before = stack.simulator.requests().length;
  expect(await imported([path])).toMatchObject({ code: 0, taken: 0, already: 2, refused: 0 });
  expect(stack.simulator.requests()).toHaveLength(before);
  expect(first.out + first.err).not.toContain(dated);
});
