import {
  SEALED_TABLES,
  type SealedRow,
  findSealedOtherwise,
  replaceSealed,
} from '../../../../adapters/postgres/keys/sealed-tables';
import { withTransaction } from '../../../../adapters/postgres/pool';
import { storePayload } from '../../../../adapters/postgres/messages/sealed-payloads';
import { type Stack, startStack } from '../../../support/stack';

let stack: Stack;
let made = 0;
beforeAll(async () => {
  stack = await startStack({ workers: false });
});
afterAll(() => stack.stop());

const [tokens] = SEALED_TABLES;
const NEW = { sealed: Buffer.from('sealed anew'), keyId: 'new' };

async function sealedToken(): Promise<SealedRow> {
  const { id } = await stack.connect(`shop_${++made}`, { start: false });
  const rows = await findSealedOtherwise(stack.pool, tokens!, 'new', null, 100);
  return rows.find(({ key }) => key[0] === id)!;
}
const stored = async ({ key }: SealedRow) => {
  const { rows } = await stack.pool.query(
    'select sealed, key_id from token_versions where integration_id = $1',
    [key[0]],
  );
  return rows[0] as { sealed: Buffer; key_id: string };
};
const replace = (row: SealedRow) =>
  replaceSealed(stack.pool, tokens!, [{ key: row.key, was: row.sealed, now: NEW }]);

test('every table with sealed rows is described', async () => {
  const { rows } = await stack.pool.query<{ table_name: string }>(
    `select table_name from information_schema.columns
     where table_schema = 'public' and column_name = 'sealed' and table_name <> 'key_checks' order by 1`,
  );
  expect(SEALED_TABLES.map(({ name }) => name).sort()).toEqual(rows.map(({ table_name }) => table_name));
});

test.each(SEALED_TABLES.map((table) => [table.name, table] as const))(
  'rows of %s are found page by page, with what they were sealed for',
  async (_name, table) => {
    for (let n = 0; n < 3; n++) {
      const { key } = await sealedToken();
      const of = { integrationId: String(key[0]), provider: 'instagram', purpose: 'note', text: 'hello' };
      await storePayload(stack.pool, stack.deps.sealer, of, stack.simulator.clock.now());
    }
    const found: SealedRow[] = [];
    for (
      let page;
      (page = await findSealedOtherwise(stack.pool, table, 'x', found.at(-1)?.key ?? null, 2));
    ) {
      if (page.length === 0) break;
      found.push(...page);
    }
    const { rows } = await stack.pool.query(`select count(*) from ${table.name}`);
    expect(found).toHaveLength(Number(rows[0].count));
    for (const row of found) expect((await stack.deps.sealer.open(row, row.context)).reveal()).not.toBe('');
  },
);

test('a row is replaced when it is what was read', async () => {
  const row = await sealedToken();
  expect(await replace(row)).toBe(1);
  expect(await stored(row)).toEqual({ sealed: NEW.sealed, key_id: 'new' });
});

test('a row that changed meanwhile is left alone, and so is one that is gone', async () => {
  const [changed, gone] = [await sealedToken(), await sealedToken()];
  await stack.pool.query(`update token_versions set sealed = 'young' where integration_id = $1`, [
    changed.key[0],
  ]);
  await stack.pool.query('delete from token_versions where integration_id = $1', [gone.key[0]]);
  expect([await replace(changed), await replace(gone)]).toEqual([0, 0]);
  expect((await stored(changed)).sealed.toString()).toBe('young');
});

test('a locked row is skipped', async () => {
  const row = await sealedToken();
  await withTransaction(stack.pool, async (db) => {
    await db.query('select 1 from token_versions where integration_id = $1 for update', [row.key[0]]);
    expect(await replace(row)).toBe(0);
  });
  expect(await replace(row)).toBe(1);
});
