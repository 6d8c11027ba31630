import { type Db } from '../pool';

/** What is set up, as far as the database knows. */
export interface SetUp {
  account: boolean;
  apiKey: boolean;
  webhook: boolean;
  embedToken: boolean;
  /** Steps that somebody has ticked off. */
  ticked: string[];
}

export async function readSetUp(db: Db): Promise<SetUp> {
  const { rows } = await db.query<Omit<SetUp, 'ticked'> & { ticked: string[] | null }>(
    `select exists (select 1 from integrations where grant_no > 0) as account,
       exists (select 1 from api_keys) as "apiKey",
       exists (select 1 from webhook_endpoints) as webhook,
       exists (select 1 from embed_tokens) as "embedToken",
       (select array_agg(name) from setup_steps) as ticked`,
  );
  const [row] = rows;
  if (!row) throw new Error('the set-up could not be read');
  return { ...row, ticked: row.ticked ?? [] };
}

export async function tickSetUpStep(db: Db, name: string, now: number): Promise<void> {
  await db.query('insert into setup_steps (name, done_at) values ($1, $2) on conflict do nothing', [
    name,
    new Date(now),
  ]);
}
