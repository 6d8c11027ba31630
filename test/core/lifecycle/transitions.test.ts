import { TRANSITIONS, mayFollow } from '../../../core/lifecycle/transitions';
import { STATES } from '../../../core/lifecycle/states';

test('disconnected is the end, and can be reached from everywhere', () => {
  expect(TRANSITIONS.disconnected).toEqual([]);
  for (const state of STATES) expect(mayFollow(state, 'disconnected')).toBe(true);
});

test('an expired connection never refreshes itself back: it becomes active, is looked at again, or ends', () => {
  expect(TRANSITIONS.expired).toEqual(['active', 'recovering', 'disconnected']);
});

test('nothing returns to pending', () => {
  for (const state of STATES) if (state !== 'pending') expect(mayFollow(state, 'pending')).toBe(false);
});
