import { STATE_LABELS, stateLabel } from '../../../core/text/console-labels';
import { STATES } from '../../../core/lifecycle/states';

const recovery = { cause: 'rejection', returnTo: 'active', nextAttemptAt: 0, ownerAction: null } as const;

test('a state has a word and a sign of its own', () => {
  expect(new Set(Object.values(STATE_LABELS).map(({ word }) => word)).size).toBe(STATES.length);
  expect(new Set(Object.values(STATE_LABELS).map(({ icon }) => icon)).size).toBe(STATES.length);
});

test('a label says when a refresh fails or the owner has to act', () => {
  const word = (facts: Parameters<typeof stateLabel>[0]) => stateLabel(facts).word;
  expect(word({ state: 'refreshing', failedAttempts: 0, recovery: null })).toBe('Refreshing');
  expect(word({ state: 'refreshing', failedAttempts: 2, recovery: null })).toBe('Refresh failing');
  expect(word({ state: 'recovering', failedAttempts: 0, recovery })).toBe('Checking');
  expect(
    word({ state: 'recovering', failedAttempts: 0, recovery: { ...recovery, ownerAction: 'checkpoint' } }),
  ).toBe('Action required');
});
