import { z } from 'zod';

const instant = z.number();

export const Token = z.strictObject({
  value: z.string(),
  kind: z.enum(['short', 'long']),
  scopes: z.array(z.string()),
  issuedAt: instant,
  expiresAt: instant,
  /** Why it is dead before its time; subcode `null` = the answer carries none. */
  invalid: z.strictObject({ subcode: z.number().nullable(), at: instant }).nullable(),
});
export type Token = z.infer<typeof Token>;

export const Message = z.strictObject({
  id: z.string(),
  /** Orders messages of one instant. */
  seq: z.number(),
  at: instant,
  direction: z.enum(['inbound', 'outbound']),
  text: z.string(),
});
export type Message = z.infer<typeof Message>;

export const Conversation = z.strictObject({
  id: z.string(),
  customer: z.strictObject({ id: z.string(), username: z.string() }),
  messages: z.array(Message),
});
export type Conversation = z.infer<typeof Conversation>;

export const Account = z.strictObject({
  /** Professional account id: `user_id` of `/me`, `entry.id` of webhooks. */
  id: z.string(),
  /** What the code exchange and `id` of `/me` give. */
  appScopedId: z.string(),
  username: z.string(),
  name: z.string(),
  accountType: z.enum(['BUSINESS', 'MEDIA_CREATOR']),
  createdAt: instant,
  subscribedFields: z.array(z.string()),
  tokens: z.array(Token),
  conversations: z.array(Conversation),
});
export type Account = z.infer<typeof Account>;

export const AuthorizationCode = z.strictObject({
  value: z.string(),
  accountId: z.string(),
  clientId: z.string(),
  redirectUri: z.string(),
  scopes: z.array(z.string()),
  expiresAt: instant,
  used: z.boolean(),
});
export type AuthorizationCode = z.infer<typeof AuthorizationCode>;

/** The answer to the next consent, waiting for it. */
export const ScriptedLogin = z.strictObject({
  accountId: z.string().nullable(),
  decision: z.enum(['allow', 'deny']),
  /** `null`: what was asked for. */
  scopes: z.array(z.string()).nullable(),
});
export type ScriptedLogin = z.infer<typeof ScriptedLogin>;

export const Mode = z.strictObject({
  /** What a refresh returns, and whether the token it was given stays alive. */
  refreshReturns: z.enum(['same', 'new_old_valid', 'new_old_dead']),
  /** Which of the two known shapes the code exchange answers in. */
  exchangeShape: z.enum(['data_array', 'flat_numeric']),
});
export type Mode = z.infer<typeof Mode>;

export const DEFAULT_MODE: Mode = { refreshReturns: 'new_old_valid', exchangeShape: 'data_array' };

/** Everything that a sandbox remembers across restarts, as plain JSON. */
export const State = z.strictObject({
  version: z.literal(1),
  seed: z.string(),
  counter: z.number(),
  clockOffsetMs: z.number(),
  messageSeq: z.number(),
  accounts: z.array(Account),
  codes: z.array(AuthorizationCode),
  login: ScriptedLogin.nullable(),
  mode: Mode,
});
export type State = z.infer<typeof State>;

export function emptyState(seed: string): State {
  return {
    version: 1,
    seed,
    counter: 0,
    clockOffsetMs: 0,
    messageSeq: 0,
    accounts: [],
    codes: [],
    login: null,
    mode: { ...DEFAULT_MODE },
  };
}
