import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_KEY, type TestApi, useApi } from '../support/api';
import { usePythonClient } from '../support/python-client';
import { schemathesis } from '../support/schemathesis';
import { type Stack } from '../support/stack';
import { until } from '../support/until';
import { temporaryFolder } from '../support/temporary-folder';

/** More of them find more: `FUZZ_EXAMPLES=200 FUZZ_SEED=7 npx jest test/http/fuzz`. */
const EXAMPLES = process.env.FUZZ_EXAMPLES ?? '10';
const SEED = process.env.FUZZ_SEED ?? '1';

/** Refusals of what a description cannot forbid: an instant that is past, an origin or cursor not ours, a zone nobody lives in, no signature. */
const CONFIG = `
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 422, 429]

# What is wrong and too large besides is told as too large.
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429]

[[operations]]
include-path = ["/v1/api-keys", "/v1/integrations", "/v1/integrations/{id}/connect-links",
  "/v1/integrations/{id}/ensure-fresh", "/v1/webhook-endpoints"]
include-method = "POST"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 403, 404, 409, 422]

[[operations]]
include-path = ["/v1/integrations", "/v1/events", "/v1/integrations/{id}/events", "/v1/token-uses", "/v1/deliveries",
  "/v1/integrations/{id}/conversations", "/v1/integrations/{id}/conversations/{conversationId}/messages"]
include-method = "GET"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 403, 404, 409, 422]

[[operations]]
include-path = "/v1/webhook-endpoints/{id}"
include-method = "PATCH"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 403, 404]

[[operations]]
include-path-regex = "^/callbacks/"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 403, 404]
`;

const PARAMETERS = `
[parameters]
"path.id" = { dictionary = "ids", probability = 0.8 }
"query.keyId" = { dictionary = "ids", probability = 0.8 }
`;

let stack: Stack;
let api: TestApi;
useApi((started) => ({ stack, api } = started));

async function fuzz(key: string, ids: string[], args: string[]) {
  const folder = temporaryFolder();
  const config = join(folder, 'schemathesis.toml');
  const har = join(folder, 'calls.har');
  writeFileSync(config, `${CONFIG}\n[dictionaries.ids]\nvalues = ${JSON.stringify(ids)}\n${PARAMETERS}`);
  const { passed, output } = await schemathesis(api.url, config, [
    ...['--header', `Authorization: Bearer ${key}`],
    // What was disconnected still answers, as disconnected.
    ...['--checks', 'all', '--exclude-checks', 'use_after_free'],
    ...['--max-examples', EXAMPLES, '--seed', SEED, '--request-timeout', '30'],
    ...['--report', 'har', '--report-har-path', har, '--output-sanitize', 'false', ...args],
  ]);
  return { output: passed ? '' : output, calls: passed ? readFileSync(har, 'utf8') : '' };
}

test('keeps to its own description whatever is thrown at it, and to what the key may see', async () => {
  const { id: known } = await stack.connect('known');
  const { id: other } = await stack.connect('hidden_from_them');
  await api.patch(`/v1/integrations/${other}`, { ownerRef: 'somebody-else' });
  const scopes = ['read', 'operate', 'token', 'message'];
  const { key } = (await api.post('/v1/api-keys', { name: 'fuzz', scopes, ownerRefs: ['owner-1'] })).body;
  const { accessToken } = (await api.get(`/v1/integrations/${other}/token`)).body;

  const { output, calls } = await fuzz(key, [known, other], []);
  expect(output).toBe('');
  expect(calls).not.toContain('hidden_from_them');
  expect(calls).not.toContain('somebody-else');
  expect(calls).not.toContain(accessToken);
  // It did get somewhere.
  expect(calls).toMatch(/username\W+known\W/);
}, 600_000);

test('so it does for keys that administer', async () => {
  const only = [
    '--include-path-regex',
    '^/v1/(api-keys|console-links|webhook-endpoints|deliveries|mail-test|embed-tokens|token-uses)',
  ];
  const { body: endpoint } = await api.post('/v1/webhook-endpoints', {
    url: 'http://127.0.0.1:9/',
    events: ['*'],
  });
  await stack.connect('told_of');
  const [delivery] = await until(async () => {
    const { body } = await api.get('/v1/deliveries');
    return body.data.length > 0 && body.data;
  });
  const { output } = await fuzz(API_KEY, ['bootstrap', endpoint.id, delivery.id], only);
  expect(output).toBe('');
}, 600_000);

test('a Python client made of its description lists, reads a token and sends, without a warning', async () => {
  const { id } = await stack.connect('by_python');
  stack.simulator.receive('by_python', { text: 'Is it in stock?' });
  const scopes = ['read', 'token', 'message'];
  await api.patch(`/v1/integrations/${id}`, { ownerRef: 'python' });
  const { key } = (await api.post('/v1/api-keys', { name: 'python', scopes, ownerRefs: ['python'] })).body;
  const { accessToken } = (await api.get(`/v1/integrations/${id}/token`)).body;
  const document = join(__dirname, '..', '..', 'docs', 'openapi.json');
  expect(await usePythonClient(document, api.url, key)).toEqual({
    username: 'by_python',
    expires: true,
    accessToken,
    text: 'Is it in stock?',
    messageId: expect.any(String),
    missing: 'not_found',
  });
}, 180_000);
