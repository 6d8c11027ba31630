import { ConflictError } from '../graph/conflict';
import { graphJson } from '../graph/envelope';
import { DEFAULT_VERSION } from '../graph/paths';
import { type Account, type Conversation, type Message } from '../world/state';
import { type World } from '../world/world';
import { type Outgoing } from './delivery';
import { type Item, bareEdit, deliveryOf, itemOf } from './items';
import { type CallbackInput } from './settings';
import { signature } from './signatures';

const FORGED_KEY = 'not-the-app-secret';

export interface CallbackView {
  callbackUrl: string | null;
  deauthorizeUrl: string | null;
  dataDeletionUrl: string | null;
}

/**
 * Sets where callbacks go. A webhook address is taken only when it echoes the challenge.
 * @see https://developers.facebook.com/docs/graph-api/webhooks/getting-started
 */
export async function setCallbacks(world: World, input: CallbackInput): Promise<CallbackView> {
  const { callbackUrl, verifyToken = '', deauthorizeUrl, dataDeletionUrl } = input;
  if (callbackUrl) await verify(world, callbackUrl, verifyToken);
  const { callbacks } = world.state;
  if (callbackUrl !== undefined) callbacks.callbackUrl = callbackUrl;
  if (deauthorizeUrl !== undefined) callbacks.deauthorizeUrl = deauthorizeUrl;
  if (dataDeletionUrl !== undefined) callbacks.dataDeletionUrl = dataDeletionUrl;
  world.changed('settings');
  return { ...callbacks };
}

async function verify({ courier, random }: World, callbackUrl: string, verifyToken: string): Promise<void> {
  const challenge = random.oddDigits(10);
  const url = new URL(callbackUrl);
  url.searchParams.set('hub.mode', 'subscribe');
  url.searchParams.set('hub.challenge', challenge);
  url.searchParams.set('hub.verify_token', verifyToken);
  const { delivery, answer } = await courier.ask({
    kind: 'verification',
    account: null,
    method: 'GET',
    url: url.href,
    headers: {},
    body: '',
  });
  if (answer.status === 200 && answer.text === challenge) return;
  delivery.state = 'failed';
  throw new ConflictError(
    'callbackUrl',
    `did not echo the challenge: ${answer.error ?? `status ${answer.status}`}`,
  );
}

/** Notifies the app of a message, or that it was unsent; of the account's own ones as echoes. */
export function announce(world: World, account: Account, { customer }: Conversation, message: Message): void {
  const isEcho = message.direction === 'outbound';
  announceItem(world, account, {
    field: 'messages',
    parts: {
      message: {
        mid: message.id,
        ...(message.unsent ? { is_deleted: true } : { text: message.text }),
        ...(isEcho && { is_echo: true }),
      },
    },
    sender: isEcho ? account.id : customer.id,
    recipient: isEcho ? customer.id : account.id,
    at: message.at,
  });
}

/** Notifies the app of anything, where the account subscribed to it and its owner lets apps have messages. */
export function announceItem(world: World, account: Account, item: Item): void {
  const { mode } = world.state;
  const field = mode.webhookShape === 'standby' ? 'standby' : item.field;
  if (!account.subscribedFields.includes(field) || account.messaging !== 'enabled') return;
  const deliver = (one: object) => sendRaw(world, account.id, deliveryOf(world, account, [one]));
  const { message } = item.parts as { message?: { mid?: string; is_deleted?: true } };
  const isMessage = message?.mid !== undefined && !message.is_deleted && item.sender !== account.id;
  if (!isMessage || mode.messageEdits !== 'instead') deliver(itemOf(world, item));
  if (isMessage && mode.messageEdits !== 'none') deliver(bareEdit(world, message.mid ?? '', item.at));
}

/** One delivery of this body, signed. @param accountId whose it is; `null`: nobody's */
export function sendRaw(world: World, accountId: string | null, body: object): void {
  const { callbackUrl } = world.state.callbacks;
  if (callbackUrl === null) return;
  world.courier.send(
    {
      kind: 'message',
      account: accountId,
      method: 'POST',
      url: callbackUrl,
      ...signed(world, graphJson(body)),
    },
    world.state.mode.webhooks === 'held',
  );
}

/** Body and headers; the key is the Instagram app secret. */
function signed({ settings, state }: World, body: string): Pick<Outgoing, 'headers' | 'body'> {
  const { webhookSignature } = state.mode;
  const key = webhookSignature === 'wrong' ? FORGED_KEY : settings.appSecret;
  const headers = {
    'content-type': 'application/json',
    'instagram-api-version': DEFAULT_VERSION,
    ...(webhookSignature !== 'missing' && {
      'x-hub-signature': `sha1=${signature('sha1', key, body)}`,
      'x-hub-signature-256': `sha256=${signature('sha256', key, body)}`,
    }),
  };
  return { headers, body };
}
