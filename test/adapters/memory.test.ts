import { createMemory } from '../../adapters/memory';

let now = 0;
const memoryOf = (max = 3) => createMemory<string>({ forMs: 100, max, now: () => now });
beforeEach(() => (now = 0));

test('a value is recalled until its time is over', () => {
  const memory = memoryOf();
  memory.remember('a', 'A');
  now = 99;
  expect(memory.recall('a')).toBe('A');
  now = 100;
  expect(memory.recall('a')).toBeUndefined();
});

test('only the newest are kept', () => {
  const memory = memoryOf(2);
  for (const name of ['a', 'b', 'c']) memory.remember(name, name);
  expect(['a', 'b', 'c'].map(memory.recall)).toEqual([undefined, 'b', 'c']);
});

test('what is over leaves memory, though nobody asks', () => {
  const later = jest.spyOn(global, 'setTimeout');
  const memory = memoryOf();
  memory.remember('a', 'A');
  now = 100;
  const [sweep] = later.mock.calls.at(-1)!;
  later.mockRestore();
  sweep();
  // It is gone, and not only too old.
  now = 50;
  expect(memory.recall('a')).toBeUndefined();
});
