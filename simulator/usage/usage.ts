import { z } from 'zod';
import { findAccount } from '../world/accounts';
import { SECOND_MS } from '../clock';
import { ConflictError } from '../graph/conflict';
import { refuse } from '../graph/errors';
import { type Account, type Usage } from '../world/state';
import { type World } from '../world/world';

const MINUTE_MS = 60 * SECOND_MS;
/** From here on calls are refused. */
const FULL_PERCENT = 100;

const percent = z.number().min(0).max(1_000).default(0);
const Amount = z.strictObject({
  /** Percent of what may be used; from 100 on calls are refused. */
  calls: percent,
  time: percent,
  cpu: percent,
  /** How long until it is over, by the virtual clock; absent: until it is changed. */
  minutes: z.number().min(0).max(100_000).optional(),
});

/** How much of the app's and of accounts' limits is used up; `null`: nothing. */
export const UsageInput = z.strictObject({
  app: Amount.nullable().optional(),
  accounts: z.record(z.string(), Amount.nullable()).optional(),
});

export interface UsageView {
  app: Percentages | null;
  /** By professional account id. */
  accounts: Record<string, Percentages>;
}

type Percentages = Omit<Usage, 'regainsAt'> & { regainsAt: string | null };

export function setUsage(world: World, { app, accounts = {} }: z.output<typeof UsageInput>): UsageView {
  const named = Object.entries(accounts).map(([name, amount]) => {
    const account = findAccount(world, name);
    if (!account) throw new ConflictError(`accounts.${name}`, `there is no account ${name}`);
    return { account, amount };
  });
  if (app !== undefined) world.state.usage = from(world, app);
  for (const { account, amount } of named) {
    account.usage = from(world, amount);
    world.changed(account);
  }
  world.changed('settings');
  return usageView(world);
}

function from({ clock }: World, amount: z.output<typeof Amount> | null): Usage | null {
  if (!amount) return null;
  const { calls, time, cpu, minutes } = amount;
  return { calls, time, cpu, regainsAt: minutes === undefined ? null : clock.now() + minutes * MINUTE_MS };
}

export function usageView(world: World): UsageView {
  const app = current(world, world.state.usage);
  const accounts = world.state.accounts.flatMap((account) => {
    const usage = current(world, account.usage);
    return usage ? [[account.id, percentages(usage)] as const] : [];
  });
  return { app: app && percentages(app), accounts: Object.fromEntries(accounts) };
}

const percentages = (usage: Usage): Percentages => ({
  ...usage,
  regainsAt: usage.regainsAt === null ? null : new Date(usage.regainsAt).toISOString(),
});

/** What is used up now; `null` once its time is over. */
function current({ clock }: World, usage: Usage | null): Usage | null {
  if (!usage || (usage.regainsAt !== null && clock.now() >= usage.regainsAt)) return null;
  return usage;
}

const isFull = (usage: Usage | null): boolean =>
  usage !== null && Math.max(usage.calls, usage.time, usage.cpu) >= FULL_PERCENT;

/** Throws while the app as a whole is throttled. */
export function requireAppRoom(world: World): void {
  if (isFull(current(world, world.state.usage))) throw refuse('app_request_limit');
}

/** Throws while calls for the account are used up; messaging has limits of its own. */
export function requireAccountRoom(world: World, account: Account): void {
  if (isFull(current(world, account.usage))) throw refuse('account_calls');
}

/**
 * The header that says how much is used: the account's where it has such, else the app's.
 * @see https://developers.facebook.com/docs/graph-api/overview/rate-limiting
 */
export function usageHeaders(world: World, account: Account | undefined): Record<string, string> {
  const { usageHeader } = world.state.mode;
  if (usageHeader === 'none') return {};
  const own = account && current(world, account.usage);
  if (own)
    return { 'x-business-use-case-usage': JSON.stringify({ [account.id]: [businessUse(world, own)] }) };
  const { calls, time, cpu } = current(world, world.state.usage) ?? { calls: 0, time: 0, cpu: 0 };
  const amounts =
    usageHeader === 'call_volume'
      ? { call_volume: calls, cpu_time: cpu }
      : { call_count: calls, total_time: time, total_cputime: cpu };
  return { 'x-app-usage': JSON.stringify(amounts) };
}

function businessUse({ clock }: World, { calls, time, cpu, regainsAt }: Usage): object {
  return {
    type: 'instagram',
    call_count: calls,
    total_cputime: cpu,
    total_time: time,
    estimated_time_to_regain_access:
      regainsAt === null ? 0 : Math.ceil((regainsAt - clock.now()) / MINUTE_MS),
  };
}
