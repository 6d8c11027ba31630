/** The API reference at /docs. */
export const API_TEXT = {
  title: 'API',
  heading: 'Evergrant API',
  skip: 'Skip to the reference',
  contents: 'Contents',
  filter: 'Filter operations (press /)',
  found: 'No matching operations',
  header: 'Send this header with every request:',
  example: 'Authorization: Bearer <key>',
  machine: 'To generate clients:',
  file: 'openapi.json',
  schemas: 'Schemas',
  problems: 'Errors',
  problemsText: 'Errors are problem documents. Programs decide by their code:',
  problemsMore: 'retryable, see the Retry-After header',
  needs: (scope: string, embed = false) =>
    `Needs the scope \`${scope}\`${embed ? ', or an embed token' : ''}.`,
  body: (method: string, path: string) => `Example body of ${method} ${path}`,
  answer: (status: string, id: string) => `Example of ${status} of ${id}`,
  snippet: (tool: string, id: string) => `${id} with ${tool}`,
} as const;

/** What is said about one operation. */
export const OPERATION_TEXT = {
  parameters: (id: string) => `Parameters of ${id}`,
  places: { path: 'path', query: 'query', header: 'header' },
  body: 'Request body',
  noContent: 'no content',
  errors: 'Errors',
  example: 'Example request',
  client: 'evergrant-client',
  copy: 'Copy',
  copied: 'Copied',
  copyWhat: (what: string) => `Copy ${what}`,
} as const;

/** What is said about one field. */
export const SHAPE_TEXT = {
  required: 'required',
  optional: 'optional',
  or: ' or ',
  listOf: 'list of ',
  anyName: 'object with any field names',
  anything: 'anything',
  oneOf: 'one of',
  always: 'always',
  byDefault: 'default',
  range: (minimum?: number, maximum?: number) =>
    minimum === undefined
      ? `at most ${maximum}`
      : maximum === undefined
        ? `at least ${minimum}`
        : `${minimum} to ${maximum}`,
  characters: (range: string) => `${range} characters`,
  entries: (range: string) => `${range} entries`,
  matches: 'matches',
  and: (name: string) => `All fields of ${name}, and:`,
} as const;

export const TRY_TEXT = {
  title: 'Try it',
  key: 'API key for Try it',
  keyNote:
    'Kept in the memory of this page only: never stored, never part of a URL. Reloading the page removes it. Requests go to this server and have their real effect.',
  body: 'Request body (JSON)',
  send: 'Send request',
  sending: 'Sending …',
  noKey: 'Enter an API key at the top of the page first.',
  badJson: 'The request body is not valid JSON.',
  noAnswer: 'No response. Check whether the server is running.',
  answer: (id: string) => `Response to ${id}`,
  unset: '(not set)',
} as const;

/** Asked before a request that cannot be taken back. By operation ID; for others that delete there is a general question. */
const QUESTIONS: Partial<Record<string, string>> = {
  disconnectIntegration: 'Disconnect this integration permanently and erase its token?',
  revokeApiKey: 'Revoke this key, all keys it created, and everything made with them?',
  removeWebhookEndpoint: 'Remove this endpoint with its secret and its deliveries?',
  createDataDeletion: 'Delete all data of this Instagram account? This cannot be undone.',
  rotateWebhookSecret: 'Rotate the signing secret? The old one stops working in 24 hours.',
  sendMessage: 'Send this message to a real person?',
  sendTestMail: 'Send an email to this address?',
  redeliverFailed: 'Deliver all failed events again?',
};

/** @returns null: the request may be sent without a question */
export function questionOf(operationId: string, method: string): string | null {
  return QUESTIONS[operationId] ?? (method === 'delete' ? 'Send this request? It cannot be undone.' : null);
}
