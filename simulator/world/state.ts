import { z } from 'zod';
import { Locale } from '../endpoints/locales';

const instant = z.number();

export const Token = z.strictObject({
  value: z.string(),
  kind: z.enum(['short', 'long']),
  scopes: z.array(z.string()),
  issuedAt: instant,
  expiresAt: instant,
  /** What it was made for; one of another product means nothing here. */
  product: z.enum(['instagram_login', 'facebook', 'basic_display']).default('instagram_login'),
  /** Why it is dead before its time, and how its refusals put that. */
  invalid: z
    .strictObject({
      /** `null`: refusals carry none. */
      subcode: z.number().nullable(),
      at: instant,
      status: z.number().optional(),
      locale: Locale.optional(),
      message: z.string().optional(),
    })
    .nullable(),
});
export type Token = z.infer<typeof Token>;

export const Message = z.strictObject({
  id: z.string(),
  /** Orders messages of one instant. */
  seq: z.number(),
  at: instant,
  direction: z.enum(['inbound', 'outbound']),
  text: z.string(),
  /** Unsent by its sender. */
  unsent: z.boolean().default(false),
  /** How often its sender changed it. */
  edits: z.number().default(0),
});
export type Message = z.infer<typeof Message>;

export const Conversation = z.strictObject({
  id: z.string(),
  customer: z.strictObject({ id: z.string(), username: z.string() }),
  /** Made up with the account; its customer has not written since. */
  sample: z.boolean().default(false),
  /** The customer blocked the account. */
  blocked: z.boolean().default(false),
  folder: z.enum(['general', 'requests']).default('general'),
  messages: z.array(Message),
});
export type Conversation = z.infer<typeof Conversation>;

const percent = z.number();

/** How much of what an app or an account may call is used up. */
const Usage = z.strictObject({
  calls: percent,
  time: percent,
  cpu: percent,
  /** When there is room again; `null`: only when set so. */
  regainsAt: instant.nullable(),
});
export type Usage = z.infer<typeof Usage>;

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
  messengerProfile: z.record(z.string(), z.array(z.unknown())).default({}),
  /** Whether the app may answer for 7 days with the tag HUMAN_AGENT. */
  humanAgent: z.boolean().default(false),
  /** Whether the owner lets apps read and write direct messages. */
  messaging: z.enum(['enabled', 'disabled']).default('enabled'),
  /** An invitation as tester that is not accepted keeps tokens short-lived. */
  tester: z.enum(['accepted', 'pending']).default('accepted'),
  usage: Usage.nullable().default(null),
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
  /** Held ones wait to be released, in either order. */
  /** How answers about one thing come: as they are, or as the only entry of a list, as some documentation has them. */
  objectAnswers: z.enum(['bare', 'data_array']),
  /** Whether pages have cursors, or only an address of the next one. */
  paging: z.enum(['cursors', 'next_only']),
  /** How many rows a list gives at once; who asks for more is asked to reduce. */
  largestPage: z.union([z.null(), z.int().min(1).max(100)]),
  /** Whether every other row of a list lacks all but its id, as rows of deleted people do. */
  listRows: z.enum(['whole', 'odd']),
  webhooks: z.enum(['at_once', 'held']),
  /** The list that items come in. On standby, another app has the conversation. */
  webhookShape: z.enum(['messaging', 'changes', 'standby']),
  /** Which of the account's two ids an entry has. */
  webhookEntryId: z.enum(['professional', 'app_scoped']),
  /** Whether an edit that names nothing but the message comes with each message, or in place of it. */
  messageEdits: z.enum(['none', 'accompanying', 'instead']),
  webhookSignature: z.enum(['right', 'wrong', 'missing']),
  /** Whether 24 hours after a customer's last message it is too late; to sample customers, it may never be. */
  messagingWindow: z.enum(['samples_open', 'enforced', 'off']),
  /** What lists show of messages before the 20 newest; requested alone these are always refused. */
  oldMessages: z.enum(['full', 'bare', 'refused']),
  /** Calls per second. */
  limits: z.enum(['off', 'enforced']),
  /** Which spelling the header about used-up limits has. */
  usageHeader: z.enum(['call_volume', 'call_count', 'none']),
  /** How refused tokens are reported: with subcode, without, or with a literal 0; with which status. */
  subcodes: z.enum(['present', 'absent', 'zero']),
  tokenStatus: z.union([z.literal(400), z.literal(401)]),
  locale: Locale,
  userMessages: z.enum(['absent', 'present']),
  app: z.enum(['live', 'blocked']),
  appsecretProof: z.enum(['optional', 'required']),
});
export type Mode = z.infer<typeof Mode>;

export const DEFAULT_MODE: Mode = {
  refreshReturns: 'new_old_valid',
  exchangeShape: 'data_array',
  objectAnswers: 'bare',
  paging: 'cursors',
  largestPage: null,
  listRows: 'whole',
  webhooks: 'at_once',
  webhookShape: 'messaging',
  webhookEntryId: 'professional',
  messageEdits: 'none',
  webhookSignature: 'right',
  messagingWindow: 'samples_open',
  oldMessages: 'full',
  limits: 'off',
  usageHeader: 'call_volume',
  subcodes: 'present',
  tokenStatus: 400,
  locale: 'en_US',
  userMessages: 'absent',
  app: 'live',
  appsecretProof: 'optional',
};

/** Where callbacks go; `null`: nowhere. */
const Callbacks = z.strictObject({
  callbackUrl: z.string().nullable(),
  deauthorizeUrl: z.string().nullable(),
  dataDeletionUrl: z.string().nullable(),
});
export const NO_CALLBACKS = { callbackUrl: null, deauthorizeUrl: null, dataDeletionUrl: null };

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
  // Modes that a former version did not know are as they were then.
  mode: z.preprocess((mode) => ({ ...DEFAULT_MODE, ...(mode as Partial<Mode>) }), Mode),
  callbacks: Callbacks.default(NO_CALLBACKS),
  usage: Usage.nullable().default(null),
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
    callbacks: { ...NO_CALLBACKS },
    usage: null,
  };
}
