import { z } from 'zod';
import { findAccount } from './accounts';
import { announce } from '../callbacks/webhooks';
import { SECOND_MS } from '../clock';
import { ConflictError } from '../graph/conflict';
import { append, conversationWith } from './conversations';
import { Locale } from '../endpoints/locales';
import { BASIC, isScope, MESSAGING } from './scopes';
import { type Account, DEFAULT_MODE, Mode, NO_CALLBACKS, type ScriptedLogin, type Token } from './state';
import { EXCHANGED_LIFE_MS, mintToken, SHORT_LIFE_MS } from './tokens';
import { type MessageView, messageView } from '../graph/views';
import { type World } from './world';

const scopes = z.array(z.string().refine(isScope, 'must be a scope of Instagram'));

export const AdvanceInput = z.strictObject({
  advanceSeconds: z
    .number()
    .min(0)
    .max(100 * 366 * 86_400),
});
export const InvalidateInput = z.strictObject({
  /** `null`: refusals carry no subcode. */
  subcode: z.int().min(0).nullable().default(460),
  status: z.union([z.literal(400), z.literal(401)]).optional(),
  locale: Locale.optional(),
  /** In place of the subcode's own text. */
  message: z.string().min(1).max(2_000).optional(),
});
export const ModeInput = Mode.partial();
/** `clock`: goes back to the time of day as well. */
export const ResetInput = z.strictObject({ clock: z.boolean().default(false) });

export const InboundInput = z.strictObject({
  text: z.string().min(1).max(10_000),
  /** Id or username of the customer, who may be new; absent: the last sender. */
  from: z.string().min(1).max(64).optional(),
  /** Where the conversation is put; absent: it stays, a new one is `general`. */
  folder: z.enum(['general', 'requests']).optional(),
});

export const LoginInput = z
  .strictObject({
    /** Id or username. */
    account: z.string().min(1).optional(),
    decision: z.enum(['allow', 'deny']),
    scopes: scopes.optional(),
  })
  .refine(({ account, decision }) => account !== undefined || decision === 'deny', {
    path: ['account'],
    message: 'is needed to allow',
  });

export const TokenInput = z.strictObject({
  kind: z.enum(['short', 'long']).default('long'),
  scopes: scopes.default([BASIC, MESSAGING]),
  /** One of another product is no token here. */
  product: z.enum(['instagram_login', 'facebook', 'basic_display']).default('instagram_login'),
});

export function advance(world: World, { advanceSeconds }: z.output<typeof AdvanceInput>): number {
  try {
    return world.clock.advance(advanceSeconds * SECOND_MS);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ConflictError('advanceSeconds', error.message);
  }
}

export function receive(
  world: World,
  account: Account,
  { text, from, folder }: z.output<typeof InboundInput>,
): MessageView {
  const conversation = conversationWith(world, account, from);
  conversation.sample = false;
  if (folder) conversation.folder = folder;
  const message = append(world, account, conversation, { direction: 'inbound', text });
  announce(world, account, conversation, message);
  return messageView(account, conversation, message);
}

/** The sender unsends a message. Returns `undefined` where the account has no such message. */
export function unsend(world: World, account: Account, id: string): MessageView | undefined {
  for (const conversation of account.conversations) {
    const message = conversation.messages.find((one) => one.id === id);
    if (!message) continue;
    message.unsent = true;
    world.changed(account);
    announce(world, account, conversation, message);
    return messageView(account, conversation, message);
  }
  return undefined;
}

/** Decides the next consent; one that still waits is replaced. */
export function scriptLogin(world: World, input: z.output<typeof LoginInput>): ScriptedLogin {
  const account = input.account === undefined ? undefined : findAccount(world, input.account);
  if (input.account !== undefined && !account) {
    throw new ConflictError('account', `there is no account ${input.account}`);
  }
  const login = { accountId: account?.id ?? null, decision: input.decision, scopes: input.scopes ?? null };
  world.state.login = login;
  world.changed('settings');
  return login;
}

/** A token without OAuth, as the app dashboard generates them. */
export function generateToken(
  world: World,
  account: Account,
  { kind, scopes, product }: z.output<typeof TokenInput>,
): Token {
  return mintToken(world, account, {
    kind,
    product,
    scopes: [...scopes],
    lifeMs: kind === 'long' ? EXCHANGED_LIFE_MS : SHORT_LIFE_MS,
  });
}

export function setMode(world: World, input: z.output<typeof ModeInput>): Mode {
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  Object.assign(world.state.mode, Object.fromEntries(given));
  world.changed('settings');
  return { ...world.state.mode };
}

/** Clears everything but the time; identifiers continue, so that nothing old is taken for new. */
export function reset(world: World, { clock }: z.output<typeof ResetInput>): void {
  world.state.accounts.length = 0;
  world.state.codes.length = 0;
  world.state.login = null;
  world.state.mode = { ...DEFAULT_MODE };
  world.state.callbacks = { ...NO_CALLBACKS };
  world.state.usage = null;
  if (clock) world.state.clockOffsetMs = 0;
  world.index.clear();
  world.faults.clear();
  world.ledger.clear();
  world.courier.clear();
  world.rates.clear();
  world.changed('everything');
}
