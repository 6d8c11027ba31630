import { type EvergrantClient } from '../../../client/evergrant-client';
import { type Described, type Schema } from './document';
import { exampleOf } from './example';

/** The request as one would begin with it: what is required, and no more. */
export function curlOf(
  { method, path, operation }: Described,
  schemas: Record<string, Schema>,
  url: string,
): string {
  const { parameters = [], requestBody } = operation;
  const valueOf = (schema: Schema = {}) => String(exampleOf(schema, schemas));
  const wanted = parameters.filter(({ required }) => required);
  const at = (place: string) => wanted.filter((one) => one.in === place);
  const filled = at('path').reduce(
    (text, { name, schema }) => text.replace(`{${name}}`, encodeURIComponent(valueOf(schema))),
    path,
  );
  const query = new URLSearchParams(
    Object.fromEntries(at('query').map(({ name, schema }) => [name, valueOf(schema)])),
  );
  const address = `${url}${filled}${query.size > 0 ? `?${query}` : ''}`;
  const body = requestBody?.required && requestBody.content['application/json']?.schema;
  return [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}${quoted(address)}`,
    '-H "Authorization: Bearer $EVERGRANT_API_KEY"',
    ...at('header').map(({ name, schema }) => `-H ${quoted(`${name}: ${valueOf(schema)}`)}`),
    ...(body
      ? [
          "-H 'content-type: application/json'",
          `-d ${quoted(JSON.stringify(exampleOf(body, schemas, 'required')))}`,
        ]
      : []),
  ].join(' \\\n  ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const ID = "'int_0a1b2c3d4e5f6g7h8j9kmnpq'";

/** With evergrant-client: the method, and how it is called. By operation ID. */
const CALLS: Record<string, readonly [method: keyof EvergrantClient, args: string, result: string]> = {
  createIntegration: [
    'connect',
    "{ provider: 'instagram', ownerRef: 'shop-1' }",
    '{ integration, connectUrl }',
  ],
  listIntegrations: ['integrations', "{ state: 'expired' }", '{ data, nextCursor }'],
  getIntegration: ['integration', ID, 'integration'],
  disconnectIntegration: ['disconnect', ID, ''],
  createConnectLink: ['connectLink', ID, '{ url, expiresAt }'],
  getToken: ['token', ID, '{ accessToken, version }'],
  reportTokenRejection: ['reportRejection', `${ID}, { version: 3, code: 190 }`, '{ outcome }'],
  ensureFresh: ['ensureFresh', ID, '{ refreshed }'],
  listConversations: ['conversations', ID, '{ data, nextCursor }'],
  listMessages: ['messages', `${ID}, conversationId`, '{ data, nextCursor }'],
  sendMessage: [
    'send',
    `${ID}, { recipientId: '1844117277239045', text: 'Yes, it is.' }, { idempotencyKey: 'reply-4711' }`,
    '{ messageId }',
  ],
};

/** @returns null: the client has no method of its own for it */
export function clientCallOf(operationId: string): string | null {
  const call = CALLS[operationId];
  if (!call) return null;
  const [method, args, result] = call;
  return `${result && `const ${result} = `}await evergrant.${method}(${args});`;
}
