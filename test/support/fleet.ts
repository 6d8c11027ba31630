import { createActivities } from '../../activities';
import { storeGrant } from '../../adapters/postgres/integrations/grants';
import {
  type Integration,
  factsOf,
  integrationOf,
} from '../../adapters/postgres/integrations/integration-row';
import { createIntegration } from '../../adapters/postgres/integrations/integrations';
import { type Asked, NOTHING_ASKED } from '../../core/lifecycle/facts';
import { nextAction } from '../../core/lifecycle/next-action';
import { Secret } from '../../core/access/secret';
import { DAY_MS } from '../../core/time';
import { type Stack } from './stack';

/**
 * Many integrations whose lifecycles are driven by the same `nextAction` and the same activities as in a workflow,
 * only without Temporal between them: a thousand of them live through an hour in seconds.
 */
export interface Fleet {
  ids: string[];
  /** Somebody reports a 190 for each of these, now. */
  reject(ids: readonly string[]): void;
  /** Lets everything happen that is due within so many ms; `seen` after each round of actions. */
  run(forMs: number, seen?: (rows: Integration[]) => void): Promise<void>;
  rows(): Promise<Integration[]>;
}

const AT_ONCE = 40;
/** What comes due within this long happens together: a thousand instants of their own would be a thousand rounds. */
const ROUND_MS = 5_000;

/** Accounts with a living long-lived token each, connected two days ago. */
export async function createFleet(stack: Stack, size: number, prefix: string): Promise<Fleet> {
  const { pool, simulator, deps } = stack;
  const { appId, scopes } = deps.instagram.settings;
  const ids: string[] = [];
  for (let n = 0; n < size; n++) {
    const { id: accountId, appScopedId, username } = simulator.addAccount({ username: `${prefix}_${n}` });
    const now = simulator.clock.now();
    const row = await createIntegration(
      pool,
      { provider: 'instagram', appId, ownerRef: prefix, externalId: null, contactEmail: null },
      now,
    );
    const grant = {
      token: new Secret(simulator.generateToken(username)),
      issuedAt: now,
      expiresAt: now + 60 * DAY_MS - 60_000,
      lifetimeClamped: false,
      scopes: [...scopes],
      account: { id: accountId, scopedId: appScopedId, username },
    };
    ids.push((await storeGrant(pool, deps.sealer, row.id, row.grantNo, grant, now, Math.random())).id);
  }
  simulator.clock.advance(2 * DAY_MS);
  return drive(stack, ids);
}

function drive(stack: Stack, ids: string[]): Fleet {
  const activities = createActivities(stack.deps);
  const { clock } = stack.simulator;
  const asked = new Map<string, Asked>();

  const rows = async () => {
    const found = await stack.pool.query('select * from integrations where id = any ($1)', [ids]);
    return found.rows.map(integrationOf);
  };
  const actionOf = (row: Integration) =>
    nextAction(factsOf(row), asked.get(row.id) ?? NOTHING_ASKED, clock.now());

  async function act(row: Integration): Promise<void> {
    const action = actionOf(row);
    const rejection = asked.get(row.id)?.rejection ?? null;
    asked.delete(row.id);
    const of = { integrationId: row.id, version: row.version };
    if (action.type === 'refresh') await activities.refreshToken({ ...of, asked: action.asked });
    if (action.type === 'recover') await activities.recoverToken({ ...of, rejection });
    if (action.type === 'warn') await activities.warnExpiring(of);
    if (action.type === 'remind') await activities.remind(of);
    if (action.type === 'expire') await activities.expire(of);
  }

  return {
    ids,
    rows,
    reject(rejected) {
      const rejection = { version: 1, code: 190, subcode: null, source: 'test' };
      for (const id of rejected) asked.set(id, { ...NOTHING_ASKED, rejection });
    },
    async run(forMs, seen = () => undefined) {
      const end = clock.now() + forMs;
      for (;;) {
        const now = await rows();
        seen(now);
        const due = now.filter((row) => actionOf(row).type !== 'wait');
        if (due.length === 0) {
          const next = Math.min(...now.map((row) => wakesAt(actionOf(row))));
          if (clock.now() >= end) return;
          clock.advance(Math.max(0, Math.min(Math.max(next, clock.now() + ROUND_MS), end) - clock.now()));
          continue;
        }
        for (let i = 0; i < due.length; i += AT_ONCE) await Promise.all(due.slice(i, i + AT_ONCE).map(act));
      }
    },
  };
}

function wakesAt(action: ReturnType<typeof nextAction>): number {
  return action.type === 'wait' ? (action.until ?? Infinity) : -Infinity;
}
