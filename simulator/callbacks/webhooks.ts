import { ConflictError } from '../graph/conflict';
import { graphJson } from '../graph/envelope';
import { DEFAULT_VERSION } from '../graph/paths';
import { type Account, type Conversation, type Message } from '../world/state';
import { type World } from '../world/world';
import { type Outgoing } from './delivery';
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
  world.changed();
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

/**
 * Notifies the app of a message, or that it was unsent, where the account subscribed to messages and its owner lets apps have them; of its own
 * ones as echoes.
 */
export function announce(world: World, account: Account, conversation: Conversation, message: Message): void {
  const { callbackUrl } = world.state.callbacks;
  const isTold = account.subscribedFields.includes('messages') && account.messaging === 'enabled';
  if (callbackUrl === null || !isTold) return;
  const body = graphJson(messageEvent(world, account, conversation, message));
  world.courier.send(
    { kind: 'message', account: account.id, method: 'POST', url: callbackUrl, ...signed(world, body) },
    world.state.mode.webhooks === 'held',
  );
}

/** @see https://developers.facebook.com/documentation/instagram-platform/webhooks/examples */
function messageEvent(
  { clock }: World,
  account: Account,
  { customer }: Conversation,
  message: Message,
): object {
  const isEcho = message.direction === 'outbound';
  return {
    object: 'instagram',
    entry: [
      {
        time: clock.now(),
        id: account.id,
        messaging: [
          {
            sender: { id: isEcho ? account.id : customer.id },
            recipient: { id: isEcho ? customer.id : account.id },
            timestamp: message.at,
            message: {
              mid: message.id,
              ...(message.unsent ? { is_deleted: true } : { text: message.text }),
              ...(isEcho && { is_echo: true }),
            },
          },
        ],
      },
    ],
  };
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
