import fc from 'fast-check';
import { type Field, parseFields, printFields } from '../../simulator/graph/fields';
import { InstagramError } from '../../simulator/graph/errors';

const name = fc.stringMatching(/^[a-z_]{1,12}$/);
const { list } = fc.letrec<{ one: Field; list: Field[] }>((tie) => ({
  one: fc.record({
    name,
    modifiers: fc.dictionary(name, fc.stringMatching(/^\w{1,5}$/), { maxKeys: 2, noNullPrototype: true }),
    fields: fc.oneof({ maxDepth: 3, withCrossShrink: true }, fc.constant<Field[]>([]), tie('list')),
  }),
  list: fc.array(tie('one'), { minLength: 1, maxLength: 4 }),
}));

test('what is printed is read back as it was', () => {
  fc.assert(fc.property(list, (fields) => expect(parseFields(printFields(fields))).toEqual(fields)));
});

test('reads nested fields and modifiers, spaces allowed', () => {
  expect(parseFields(' id , messages.limit(20){ id,from{username} } ')).toEqual([
    { name: 'id', modifiers: {}, fields: [] },
    {
      name: 'messages',
      modifiers: { limit: '20' },
      fields: [
        { name: 'id', modifiers: {}, fields: [] },
        { name: 'from', modifiers: {}, fields: [{ name: 'username', modifiers: {}, fields: [] }] },
      ],
    },
  ]);
});

test.each(['id,', ',id', 'a{', 'a}', 'a{}', 'a.limit(2', 'a b', '{id}', 'a{'.repeat(50)])(
  'refuses %s with a syntax error',
  (text) => {
    expect(() => parseFields(text)).toThrow(InstagramError);
  },
);
