import { type Pool, type PoolClient, type QueryResult } from 'pg';
import { type Db } from '../../adapters/postgres/pool';

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  Plans?: Node[];
}

/** What a statement read. */
export interface Look {
  statement: string;
  /** Tables that were read from end to end. */
  scanned: string[];
  /** Pages of 8 KiB. */
  blocks: number;
}

/** A pool whose statements are also explained while they run. What they change is undone with their transaction. */
export function explaining(pool: Pool): { pool: Pool; looks: Look[] } {
  const looks: Look[] = [];
  const query = async (db: Db, text: string, values: unknown[] = []) => {
    const isExplainable = /^[\s(]*(select|with|insert|update|delete)\b/i.test(text);
    if (isExplainable) looks.push(await explained(db, text, values));
    return db.query(text, values);
  };
  const explained = async (db: Db, text: string, values: unknown[]): Promise<Look> => {
    await db.query('savepoint explained');
    const { rows } = (await db.query(
      `explain (analyze, buffers, timing off, format json) ${text}`,
      values,
    )) as QueryResult<{ 'QUERY PLAN': [{ Plan: Node }] }>;
    await db.query('rollback to savepoint explained');
    const plan = rows[0]!['QUERY PLAN'][0].Plan;
    return {
      statement: text.replaceAll(/\s+/g, ' ').trim(),
      scanned: nodesOf(plan)
        .filter((node) => node['Node Type'] === 'Seq Scan')
        .map((node) => node['Relation Name'] ?? ''),
      blocks: (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0),
    };
  };
  const inTransaction = async (text: string, values?: unknown[]) => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      return await query(client, text, values);
    } finally {
      await client.query('rollback');
      client.release();
    }
  };
  const connect = async () => {
    const client = await pool.connect();
    return new Proxy(client, {
      get(target, name) {
        if (name === 'query')
          return (text: string, values?: unknown[]) =>
            text === 'commit' ? target.query('rollback') : query(target, text, values);
        const value = target[name as keyof PoolClient] as unknown;
        return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
      },
    });
  };
  const spied = new Proxy(pool, {
    get: (target, name) =>
      ({ query: inTransaction, connect })[name as string] ?? (Reflect.get(target, name, target) as unknown),
  });
  return { pool: spied, looks };
}

function nodesOf(node: Node): Node[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
