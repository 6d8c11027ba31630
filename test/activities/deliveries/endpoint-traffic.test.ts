import { enterEndpoint, leaveEndpoint } from '../../../activities/deliveries/endpoint-traffic';
import { type DeliveryOutcome } from '../../../activities/deliveries/delivery-outcome';

const silent: DeliveryOutcome = { kind: 'refused', status: null, error: 'no answer', retryAfterMs: null };
const refused: DeliveryOutcome = { ...silent, status: 500 };
const delivered: DeliveryOutcome = { kind: 'delivered', status: 200, error: null };
const enter = (id: string, now: number) => enterEndpoint(id, now, 0);

/** Calls it until it has to rest. @returns when it may be asked again */
function silence(id: string, now: number, posts = 5): number {
  for (let n = 0; n < posts; n++) {
    expect(enter(id, now)).toBe(0);
    leaveEndpoint(id, silent, now);
  }
  return now + enter(id, now);
}

test('a slow endpoint has five places, and another one is not held up', () => {
  for (let n = 0; n < 5; n++) expect(enter('slow', 0)).toBe(0);
  expect(enter('slow', 0)).toBe(2_000);
  expect(enter('quick', 0)).toBe(0);
  leaveEndpoint('slow', delivered, 0);
  expect(enter('slow', 0)).toBe(0);
});

test('an endpoint that never answers is asked once per rest, and the rests grow to five minutes', () => {
  let now = silence('silent', 0);
  const rests = [now];
  for (let n = 0; n < 6; n++) {
    expect(enter('silent', now)).toBe(0);
    // While that one is under way no other is sent.
    expect(enter('silent', now)).toBeGreaterThan(0);
    leaveEndpoint('silent', silent, now);
    rests.push(enter('silent', now));
    now += rests.at(-1)!;
  }
  expect(rests).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000, 300_000]);
});

test('any answer ends the rest', () => {
  for (const answer of [delivered, refused]) {
    const now = silence('back', 0);
    expect(enter('back', now)).toBe(0);
    leaveEndpoint('back', answer, now);
    for (let n = 0; n < 5; n++) expect(enter('back', now)).toBe(0);
    for (let n = 0; n < 5; n++) leaveEndpoint('back', delivered, now);
  }
});

test('a call that was not made is no answer, and no silence', () => {
  for (let n = 0; n < 10; n++) {
    expect(enter('spared', 0)).toBe(0);
    leaveEndpoint('spared', null, 0);
  }
  expect(enter('spared', 0)).toBe(0);
});
