import { z } from 'zod';
import { ConflictError } from '../graph/conflict';
import { SampleConversations, startConversations } from './conversations';
import { LIMITS } from '../usage/limits';
import { type Account, type Token } from './state';
import { type World } from './world';

export const AccountInput = z.strictObject({
  username: z.string().regex(/^[\w.-]{1,64}$/, 'must be letters, digits, ".", "_" or "-", 64 at most'),
  name: z.string().min(1).max(100).optional(),
  accountType: z.enum(['BUSINESS', 'MEDIA_CREATOR']).optional(),
  conversations: SampleConversations.optional(),
});
export type AccountInput = z.input<typeof AccountInput>;

export function addAccount(world: World, input: z.output<typeof AccountInput>): Account {
  const { username, name = username, accountType = 'BUSINESS', conversations = 0 } = input;
  if (world.index.byUsername(username)) {
    throw new ConflictError('username', `there already is an account ${username}`);
  }
  if (world.state.accounts.length >= LIMITS.accounts) {
    throw new ConflictError('username', `a sandbox holds ${LIMITS.accounts} accounts at most`);
  }
  const account: Account = {
    id: `17841${world.random.oddDigits(12)}`,
    appScopedId: `27${world.random.oddDigits(15)}`,
    username,
    name,
    accountType,
    createdAt: world.clock.now(),
    subscribedFields: [],
    messengerProfile: {},
    humanAgent: false,
    messaging: 'enabled',
    tester: 'accepted',
    usage: null,
    tokens: [],
    conversations: [],
  };
  world.state.accounts.push(account);
  world.index.addAccount(account);
  startConversations(world, account, conversations);
  world.changed(account);
  return account;
}

/** By professional account id or username, with or without @. */
export function findAccount(world: World, name: string): Account | undefined {
  return world.index.byId(name) ?? world.index.byUsername(name.replace(/^@/, ''));
}

/** Subcodes after which the same token works again once the owner did what Instagram asks. */
const CURABLE_SUBCODES: readonly (number | null)[] = [459, 464, 465, 490];

/** How refusals of a dead token put it. */
export type Invalidation = Omit<NonNullable<Token['invalid']>, 'at'>;

/** Kills every token the account has so far; later grants are unaffected. */
export function invalidate(world: World, account: Account, how: Invalidation): void {
  const at = world.clock.now();
  for (const token of account.tokens) token.invalid = { ...how, at };
  world.changed(account);
}

/** What the owner does on Instagram: checkpointed and unconfirmed tokens work again. */
export function restore(world: World, account: Account): void {
  for (const token of account.tokens) {
    if (token.invalid && CURABLE_SUBCODES.includes(token.invalid.subcode)) token.invalid = null;
  }
  world.changed(account);
}

export type AccountState = 'not_connected' | 'valid' | 'expired' | 'invalidated';

/** What the newest token of the account is worth. */
export function accountState(world: World, account: Account): AccountState {
  const token = account.tokens.at(-1);
  if (!token) return 'not_connected';
  if (token.invalid) return 'invalidated';
  return world.clock.now() < token.expiresAt ? 'valid' : 'expired';
}
