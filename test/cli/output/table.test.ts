import fc from 'fast-check';
import { printable } from '../../../cli/output/output';
import { type Column, pairs, table } from '../../../cli/output/table';

interface Row {
  id: string;
  name: string;
}
const columns: Column<Row>[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'NAME', value: ({ name }) => name, shrinks: true },
  { title: 'AGAIN', value: ({ name }) => name, shrinks: true },
];

test('aligns columns under their titles', () => {
  const lines = table(columns, [
    { id: '1', name: 'short' },
    { id: '1000', name: 'a longer one' },
  ]);
  expect(lines).toEqual([
    'ID    NAME          AGAIN',
    '1     short         short',
    '1000  a longer one  a longer one',
  ]);
});

test('cuts the widest columns that may be cut, and says so with an ellipsis', () => {
  const [, line] = table(columns, [{ id: 'int_keep_me_whole', name: 'x'.repeat(40) }], 50);
  expect(line).toBe(`int_keep_me_whole  ${'x'.repeat(13)}…  ${'x'.repeat(14)}…`);
});

test('keeps whole lines where nothing says how wide the screen is', () => {
  const [, line] = table(columns, [{ id: '1', name: 'x'.repeat(300) }]);
  expect(line).toContain('x'.repeat(300));
});

test('no line is wider than the terminal, as long as ids and the narrowest columns fit', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 });
  fc.assert(
    fc.property(
      fc.array(fc.record({ id: fc.string({ maxLength: 10 }), name: text })),
      fc.integer({ min: 30, max: 200 }),
      (rows, width) => {
        for (const line of table(columns, rows, width)) expect([...line].length).toBeLessThanOrEqual(width);
      },
    ),
  );
});

test('names from outside cannot steer the terminal', () => {
  expect(printable('a\u001b[2Jb\u0007c\nd\u202ee')).toBe('a [2Jb c d e');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).not.toMatch(/\p{Cc}|[\u202a-\u202e]/u);
    }),
  );
});

test('lists names and what they hold side by side', () => {
  expect(
    pairs([
      ['id', 'int_1'],
      ['expires', 'soon'],
    ]),
  ).toEqual(['  id       int_1', '  expires  soon']);
});
