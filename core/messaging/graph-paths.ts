/**
 * Which calls `callInstagram` makes for workflows: reads of what belongs to an account, and the writes that have the same
 * effect twice as once, since an activity may be repeated. Everything about tokens, logins and subscriptions stays the
 * service's own, and messages are sent by `sendMessage` alone.
 * @see https://developers.facebook.com/documentation/instagram-platform/reference
 */
export interface GraphCall {
  method: 'GET' | 'POST';
  /** `/me/media` */
  path: string;
  params: Readonly<Record<string, string>>;
}

interface Allowed {
  method: GraphCall['method'];
  /** The node: the account itself, or whatever has an id. */
  node: RegExp;
  /** What follows the node; none: the node itself. */
  edges: readonly string[];
  params: readonly string[];
  /** At least one of these. */
  needs?: readonly string[];
}

const ID = /^(\d{5,40}|aWd[\w=:-]{8,1000})$/;
const ME_OR_ID = /^(me|\d{5,40}|aWd[\w=:-]{8,1000})$/;
const ME_OR_ACCOUNT = /^(me|\d{5,40})$/;
const NODE_ITSELF = '';

const PAGING = ['fields', 'limit', 'after', 'before', 'since', 'until'];
const ALLOWED: readonly Allowed[] = [
  { method: 'GET', node: ME_OR_ID, edges: [NODE_ITSELF], params: PAGING },
  {
    method: 'GET',
    node: ME_OR_ID,
    edges: [
      ...['media', 'stories', 'live_media', 'tags', 'children', 'collaborators', 'comments', 'replies'],
      ...['content_publishing_limit', 'messages'],
    ],
    params: PAGING,
  },
  {
    method: 'GET',
    node: ME_OR_ID,
    edges: ['insights'],
    params: [...PAGING, 'metric', 'metric_type', 'period', 'breakdown', 'timeframe'],
  },
  {
    method: 'GET',
    node: ME_OR_ACCOUNT,
    edges: ['conversations', 'messenger_profile'],
    params: [...PAGING, 'platform', 'user_id', 'folder'],
  },
  // Hides a comment, or lets a post have comments.
  {
    method: 'POST',
    node: ID,
    edges: [NODE_ITSELF],
    params: ['hide', 'comment_enabled'],
    needs: ['hide', 'comment_enabled'],
  },
  // Typing and seen, never a message.
  {
    method: 'POST',
    node: ME_OR_ACCOUNT,
    edges: ['messages'],
    params: ['recipient', 'sender_action'],
    needs: ['sender_action'],
  },
  {
    method: 'POST',
    node: ME_OR_ACCOUNT,
    edges: ['messenger_profile'],
    params: ['platform', 'ice_breakers', 'persistent_menu'],
    needs: ['ice_breakers', 'persistent_menu'],
  },
];

/** Names of fields of ours or Meta's that stand for a token, wherever they are in `fields`. */
const SECRET_FIELDS = /token|secret|password|proof/i;

/** Why a call is not made; null: it may be made. The text is for the caller, and holds no value of a parameter. */
export function refusalOf({ method, path, params }: GraphCall): string | null {
  const [empty, node = '', edge = NODE_ITSELF, ...rest] = path.split('/');
  const known =
    empty === '' && rest.length === 0 && !path.endsWith('/')
      ? ALLOWED.filter((one) => one.node.test(node) && one.edges.includes(edge))
      : [];
  if (known.length === 0)
    return 'This path is not allowed. Give one of docs/temporal.md, such as /me/media, without host, version or parameters.';
  const fitting = known.find((one) => one.method === method);
  if (!fitting) return `This path is not allowed with ${method}.`;
  const stranger = Object.keys(params).find((name) => !fitting.params.includes(name));
  if (stranger !== undefined)
    return `The parameter ${printable(stranger)} is not allowed here. Allowed: ${fitting.params.join(', ')}.`;
  if (fitting.needs && !fitting.needs.some((name) => name in params))
    return `One of these parameters is required: ${fitting.needs.join(', ')}.`;
  if (SECRET_FIELDS.test(params.fields ?? '')) return 'The parameter fields asks for a secret.';
  return null;
}

function printable(name: string): string {
  return /^\w{1,40}$/.test(name) ? name : '(unprintable)';
}

const IN_TEXT = /((?:access_token|client_secret|appsecret_proof)(?:=|%3D|":\s*"))[^&\s"'<>]*/gi;
const NAMES = /^(access_token|client_secret|appsecret_proof|page_token)$/i;
const REMOVED = '[secret]';

/** An answer without what opens anything: the token that it was asked for with, and fields and parameters that hold one. */
export function withoutTokens(answer: unknown, token: string): unknown {
  if (typeof answer === 'string')
    return answer
      .replaceAll(token, REMOVED)
      .replaceAll(encodeURIComponent(token), REMOVED)
      .replace(IN_TEXT, `$1${REMOVED}`);
  if (Array.isArray(answer)) return answer.map((one) => withoutTokens(one, token));
  if (typeof answer !== 'object' || answer === null) return answer;
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [
      name,
      NAMES.test(name) ? REMOVED : withoutTokens(value, token),
    ]),
  );
}
