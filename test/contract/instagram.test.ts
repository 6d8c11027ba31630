import { systemClock } from '../../adapters/clock';
import { type Instagram, createInstagram } from '../../adapters/instagram/client';
import { createProviderHttp } from '../../adapters/instagram/http';
import { type ProviderError } from '../../adapters/instagram/provider-error';
import { REQUIRED_SCOPES } from '../../adapters/instagram/settings';
import { Secret } from '../../core/access/secret';
import { DAY_MS } from '../../core/time';
import { type RunningSimulator, runSimulator } from '../../simulator/index';

/**
 * What we expect of Instagram, asked of the simulator always, and of Instagram itself when `INSTAGRAM_LIVE_TOKEN` holds
 * a long-lived token of a test account with at least one conversation. Nothing is sent and nothing is changed, but for
 * one refresh when `INSTAGRAM_LIVE_REFRESH` is `true`.
 */
interface Target {
  instagram: Instagram;
  token: Secret;
  close(): Promise<void>;
}

const PAGE = { cursor: null, limit: 5 };
const LIVE_TOKEN = process.env.INSTAGRAM_LIVE_TOKEN;
const REFRESHES = process.env.INSTAGRAM_LIVE_REFRESH === 'true';

function clientOf(clock: { now(): number }, graphUrl: string): Instagram {
  return createInstagram(createProviderHttp(clock), {
    appId: '0',
    appSecret: new Secret('none'),
    authorizeUrl: `${graphUrl}/oauth/authorize`,
    apiUrl: graphUrl,
    graphUrl,
    graphVersion: 'v25.0',
    scopes: REQUIRED_SCOPES,
  });
}

async function simulated(): Promise<Target> {
  const running: RunningSimulator = await runSimulator({ port: 0, seed: 'contract' });
  running.simulator.addAccount({ username: 'contract', conversations: 2 });
  const token = new Secret(running.simulator.generateToken('contract'));
  running.simulator.clock.advance(2 * DAY_MS);
  return { instagram: clientOf(running.simulator.clock, running.url), token, close: () => running.close() };
}

function live(): Promise<Target> {
  const instagram = clientOf(systemClock, 'https://graph.instagram.com');
  return Promise.resolve({ instagram, token: new Secret(LIVE_TOKEN ?? ''), close: () => Promise.resolve() });
}

/** What a call is refused with. */
function refusal(call: Promise<unknown>): Promise<ProviderError> {
  return call.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: ProviderError) => error,
  );
}

if (LIVE_TOKEN === undefined)
  test.skip('of Instagram itself: INSTAGRAM_LIVE_TOKEN is not set', () => undefined);

describe.each([
  ['the simulator', simulated, true],
  ...(LIVE_TOKEN === undefined ? [] : ([['Instagram', live, REFRESHES]] as const)),
] as const)('of %s', (_name, open, mayRefresh) => {
  let target: Target;
  beforeAll(async () => {
    target = await open();
  });
  afterAll(() => target.close());

  test('a probe returns the account of the token', async () => {
    const account = await target.instagram.probe(target.token);
    expect(account.id).toMatch(/^\d{5,}$/);
    expect(account.username).toMatch(/^[\w.]+$/);
  });

  test('a token that is none is refused as unreadable, with a token code', async () => {
    const error = await refusal(target.instagram.probe(new Secret('IGAAnothing')));
    expect([error.code, error.failure.class]).toEqual([190, 'ambiguous']);
  });

  test('conversations come in pages with cursors and no address', async () => {
    const page = await target.instagram.listConversations(target.token, { ...PAGE, limit: 1 });
    expect(page.data).toHaveLength(1);
    expect(page.data[0]?.participants.length).toBeGreaterThan(0);
    expect(page.nextCursor ?? '').not.toMatch(/access_token|^http/);
  });

  test('a conversation gives its messages newest first, with sender and time', async () => {
    const { data } = await target.instagram.listConversations(target.token, PAGE);
    const page = await target.instagram.listMessages(target.token, {
      ...PAGE,
      conversationId: data[0]!.id!,
    });
    const times = page.data.map(({ createdAt }) => createdAt ?? 0);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(page.data[0]?.from?.id).toMatch(/^\d+$/);
  });

  test('a conversation that does not exist says nothing about the token', async () => {
    const error = await refusal(
      target.instagram.listMessages(target.token, { ...PAGE, conversationId: '1' }),
    );
    expect(error.failure.class).toBe('call');
  });

  test('a message to an unknown recipient is refused for its recipient', async () => {
    const error = await refusal(
      target.instagram.sendMessage(target.token, { recipientId: '1', text: 'x', tag: null }),
    );
    expect(error.failure).toMatchObject({ class: 'call', problem: 'recipient_unavailable' });
  });

  (mayRefresh ? test : test.skip)('a refresh gives a token that works, for about 60 days', async () => {
    const { token, expiresAt, issuedAt, lifetimeClamped } = await target.instagram.refreshToken(target.token);
    expect(lifetimeClamped).toBe(false);
    expect((expiresAt - issuedAt) / DAY_MS).toBeGreaterThan(55);
    await expect(target.instagram.probe(token)).resolves.toBeDefined();
  });
});
