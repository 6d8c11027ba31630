import { type DeliveryOutcome } from '../../../activities/deliveries/delivery-outcome';
import { inTurn } from '../../../activities/deliveries/endpoint-traffic';

const silent: DeliveryOutcome = { kind: 'refused', status: null, error: 'no answer', retryAfterMs: null };
const refused: DeliveryOutcome = { ...silent, status: 500 };
const delivered: DeliveryOutcome = { kind: 'delivered', status: 200, error: null };

const clock = { at: 0, now: () => clock.at };
const call = (id: string, outcome: DeliveryOutcome) =>
  inTurn({ clock, random: () => 0 }, id, () => Promise.resolve(outcome));
const postponed = (waitMs: number) => ({ kind: 'postponed', waitMs, error: expect.any(String) });

/** A call that is under way until it is answered. */
function open(id: string) {
  let answer = (_: DeliveryOutcome) => {};
  const ended = inTurn({ clock, random: () => 0 }, id, () => new Promise((resolve) => (answer = resolve)));
  return { ended, answer: (outcome: DeliveryOutcome) => answer(outcome) };
}

beforeEach(() => void (clock.at = 0));

/** Calls it until it has to rest. @returns for how long */
async function silence(id: string): Promise<number> {
  for (let n = 0; n < 5; n++) expect(await call(id, silent)).toEqual(silent);
  const rest = await call(id, silent);
  expect(rest).toEqual(postponed(30_000));
  return (rest as { waitMs: number }).waitMs;
}

test('a slow endpoint has five places, and another one is not held up', async () => {
  const posts = Array.from({ length: 5 }, () => open('slow'));
  expect(await call('slow', delivered)).toEqual(postponed(2_000));
  expect(await call('quick', delivered)).toEqual(delivered);
  posts[0]!.answer(delivered);
  await posts[0]!.ended;
  expect(await call('slow', delivered)).toEqual(delivered);
  for (const post of posts) post.answer(delivered);
  await Promise.all(posts.map(({ ended }) => ended));
});

test('an endpoint that never answers is asked once per rest, and the rests grow to five minutes', async () => {
  const rests = [await silence('silent')];
  for (let n = 0; n < 6; n++) {
    clock.at += rests.at(-1)!;
    const asked = open('silent');
    // While that one is under way no other is sent.
    expect(await call('silent', silent)).toEqual(postponed(2_000));
    asked.answer(silent);
    await asked.ended;
    rests.push(((await call('silent', silent)) as { waitMs: number }).waitMs);
  }
  expect(rests).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000, 300_000]);
});

test('any answer ends the rest', async () => {
  for (const answer of [delivered, refused]) {
    clock.at += await silence('back');
    expect(await call('back', answer)).toEqual(answer);
    const posts = Array.from({ length: 5 }, () => open('back'));
    for (const post of posts) post.answer(delivered);
    for (const { ended } of posts) expect(await ended).toEqual(delivered);
  }
});

test('a call that failed on our side is no answer, and no silence', async () => {
  for (let n = 0; n < 10; n++)
    await expect(
      inTurn({ clock, random: () => 0 }, 'spared', () => Promise.reject(new Error('ours'))),
    ).rejects.toThrow('ours');
  expect(await call('spared', delivered)).toEqual(delivered);
});
