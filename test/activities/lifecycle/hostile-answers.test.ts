import fc from 'fast-check';
import { inspect } from 'node:util';
import { createInstagram } from '../../../adapters/instagram/client';
import { createProviderHttp } from '../../../adapters/instagram/http';
import { ProviderError, answerOf } from '../../../adapters/instagram/provider-error';
import { classify, isTokenCode } from '../../../core/lifecycle/failure';
import { Secret } from '../../../core/access/secret';
import { HOUR_MS, MINUTE_MS } from '../../../core/time';
import { createFleet } from '../../support/fleet';
import { type Stack, startStack } from '../../support/stack';

const SEED = 20_261_124;
const ANSWERS = 10_000;
const BATCH = 1_000;
const LIVE = 100;

const codes = fc.oneof(
  fc.constantFrom(1, 2, 3, 4, 9, 10, 17, 32, 33, 100, 102, 190, 200, 341, 368, 452, 506, 551, 613, 803, 2500),
  fc.integer(),
  fc.constantFrom('190', ' 190', '1e2', 190.5, -0, NaN, null, {}, [190], true),
);
const subcodes = fc.oneof(
  fc.constantFrom(0, 456, 458, 459, 460, 463, 464, 467, 490, 492, 2069032, 2534022),
  fc.integer(),
  fc.constantFrom('460', null, [], false),
);
const words = fc.oneof(
  fc.constantFrom(
    'Session has expired',
    'API access blocked.',
    'Cannot parse access token IGAAsecretsecret',
    'Invalid platform app',
    'checkpoint',
    'IGAAsecretsecret',
  ),
  fc.string({ unit: 'binary', maxLength: 200 }),
);
const envelope = fc.record(
  {
    code: codes,
    error_subcode: subcodes,
    message: fc.oneof(words, codes),
    is_transient: fc.oneof(fc.boolean(), fc.constant('true')),
    type: words,
    access_token: fc.constant('IGAAsecretsecret'),
    error_data: fc.anything(),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  envelope.map((error) => ({ error })),
  envelope.map(({ code, message }) => ({ error_type: 'OAuthException', code, error_message: message })),
  fc.json().map((text) => JSON.parse(text) as unknown),
  words,
  fc.constantFrom('', '<html>IGAAsecretsecret</html>', '{"error":{"code":190', '[]', 'null', '\u0000'),
);
const status = fc.oneof(
  fc.constantFrom(200, 204, 301, 400, 401, 403, 404, 429, 500, 502, 503),
  fc.integer({ min: 200, max: 599 }),
);

/** As they come over the wire: what is no text travels as JSON. */
const hostile = fc.record({
  status,
  body: body.map((value) => (typeof value === 'string' ? value : (JSON.stringify(value, plain) ?? ''))),
});
const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? 0 : value);

test(`${ANSWERS} hostile answers are all classified, and none expires a token unless it is about the token`, () => {
  fc.assert(
    fc.property(status, body, (code, text) => {
      const answer = answerOf(code, text);
      const failure = classify(answer);
      if (failure.class !== 'terminal') return true;
      return isTokenCode(answer.code) && !answer.isTransient && failure.reason !== null;
    }),
    { numRuns: ANSWERS, seed: SEED },
  );
});

describe('over the wire', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ workers: false });
  });
  afterAll(() => stack.stop());

  const answers = fc.sample(hostile, { numRuns: ANSWERS, seed: SEED });
  const batches = Array.from({ length: ANSWERS / BATCH }, (_, n) => n * BATCH);

  test.each(batches)(
    `the client meets ${BATCH} of them, from no. %d on, with its own error or a usable answer, and leaks no token`,
    async (from) => {
      const instagram = createInstagram(createProviderHttp(stack.simulator.clock), stack.instagram.settings);
      const wrong: unknown[] = [];
      for (const { status: code, body: text } of answers.slice(from, from + BATCH)) {
        stack.simulator.addFault({ match: {}, status: code, body: text, times: 1 });
        const error = await instagram.probe(new Secret('IGAAsecretsecret')).then(
          () => null,
          (thrown: unknown) => thrown,
        );
        if (error === null) continue;
        // One `expect` at the end: each takes a stack trace, which costs more than the call.
        if (!(error instanceof ProviderError) || inspect(error, { depth: 9 }).includes('IGAA'))
          wrong.push({ code, text, error });
        stack.simulator.clearFaults();
      }
      expect(wrong).toEqual([]);
    },
  );

  test(`${LIVE} of them expire no connection, and no token is in what is stored`, async () => {
    const fleet = await createFleet(stack, 5, 'hostile');
    for (const { status: code, body: text } of fc.sample(hostile, { numRuns: LIVE, seed: SEED })) {
      // What honestly says that a token is dead may expire it: that is tested elsewhere.
      const failure = classify(answerOf(code, parsed(text)));
      if (['terminal', 'ambiguous', 'owner_action'].includes(failure.class)) continue;
      stack.simulator.addFault({ match: {}, status: code, body: text, times: 2 });
      fleet.reject(fleet.ids);
      await fleet.run(MINUTE_MS);
    }
    await stack.calm();
    await fleet.run(12 * HOUR_MS);
    for (const row of await fleet.rows()) expect([row.state, row.reason]).toEqual(['active', null]);
    const { rows } = await stack.pool.query<{ kept: string }>(
      `select coalesce(string_agg(data::text, ''), '') || (select coalesce(string_agg(last_error::text, ''), '') from integrations) as kept from events`,
    );
    expect(rows[0]?.kept).not.toContain('IGAA');
  }, 120_000);
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
