import { Readable } from 'node:stream';
import { checkHeader, columnsOfFields, readMapping, readRow } from '../../../cli/import/columns';
import { delimiterOf } from '../../../cli/import/csv';
import { readDate } from '../../../cli/import/dates';
import { openFile } from '../../../cli/import/file';
import { tableQuery } from '../../../cli/import/postgres-query';
import { type RawRow } from '../../../cli/import/rows';

const options = { map: new Map<string, string>(), ownerRef: null, zone: null };

async function read(...chunks: (string | Buffer)[]): Promise<RawRow[]> {
  const rows: RawRow[] = [];
  for await (const row of (await openFile('-', () => Readable.from(chunks))).rows) rows.push(row);
  return rows;
}
const cells = async (...chunks: (string | Buffer)[]) =>
  (await read(...chunks)).map(({ values }) => Object.values(values));

describe('a file', () => {
  const PLAIN = [
    ['IGAA1', 'shop-1'],
    ['IGAA2', 'shop-2'],
  ];
  test.each([
    ['commas', 'access_token,owner_ref\nIGAA1,shop-1\nIGAA2,shop-2\n'],
    ['semicolons', 'access_token;owner_ref\nIGAA1;shop-1\nIGAA2;shop-2\n'],
    ['tabs', 'access_token\towner_ref\nIGAA1\tshop-1\nIGAA2\tshop-2'],
    ['a BOM and CRLF', '\uFEFFaccess_token,owner_ref\r\nIGAA1,shop-1\r\nIGAA2,shop-2\r\n'],
    ['quotes', '"access_token","owner_ref"\n"IGAA1","shop-1"\n"IGAA2","shop-2"\n'],
    ['empty lines', 'access_token,owner_ref\n\nIGAA1,shop-1\n\nIGAA2,shop-2\n\n'],
    [
      'JSON Lines',
      '{"access_token":"IGAA1","owner_ref":"shop-1"}\n{"access_token":"IGAA2","owner_ref":"shop-2"}',
    ],
  ])('is read with %s', async (_, text) => {
    expect(await cells(text)).toEqual(PLAIN);
    // However it arrives.
    expect(await cells(...[...Buffer.from(text)].map((byte) => Buffer.from([byte])))).toEqual(PLAIN);
  });

  test('keeps quoted newlines, quotes and delimiters, and knows the line of each row', async () => {
    const rows = await read('a,b\n"one\ntwo","say ""x"", y"\nc,d\n');
    expect(rows.map(({ row, line, values }) => [row, line, values])).toEqual([
      [1, 2, { a: 'one\ntwo', b: 'say "x", y' }],
      [2, 4, { a: 'c', b: 'd' }],
    ]);
  });

  test('keeps whole numbers of JSON as they are', async () => {
    expect(await cells('{"external_id":17841400000000001,"x":1.78E+16,"y":null}')).toEqual([
      ['17841400000000001', '1.78E+16', null],
    ]);
  });

  test('names a row with too many or too few cells, and goes on', async () => {
    const rows = await read('a,b\n1\n1,2,3\n1,2\n');
    expect(rows.map(({ problem }) => problem)).toEqual([
      'The row has 1 cells, the header has 2.',
      'The row has 3 cells, the header has 2.',
      undefined,
    ]);
  });

  test('names a line of JSON Lines that is none', async () => {
    const rows = await read('{"a":1}\n{"a":\n[1]\n');
    expect(rows.map(({ row, line, problem }) => [row, line, problem])).toEqual([
      [1, 1, undefined],
      [2, 2, 'The line is no valid JSON.'],
      [3, 3, 'The line is no JSON object.'],
    ]);
  });

  test.each([
    ['', 'empty'],
    [Buffer.from('\uFEFFa,b', 'utf16le'), 'UTF-16'],
    ['[{"access_token":"x"}]', 'JSON array'],
    ['a,b,a\n', '"a" twice'],
    ['a,,b\n', 'Column 2 has no name'],
    ['a,b\n"IGAAsecret', 'near line 2: a quote is never closed'],
    [`a,b\n"${'IGAAsecret'.repeat(20_000)}`, 'a quote is never closed'],
    ['a,b\nIGAA"secret,x\n', 'near line 2'],
    [`{"a":"${'x'.repeat(100_000)}`, 'longer than 64 kB'],
  ])('is refused with what is wrong with it, without its content: %#', async (text, why) => {
    const refused = read(text);
    await expect(refused).rejects.toThrow(why);
    await expect(refused).rejects.not.toThrow('IGAAsecret');
  });
});

test.each([
  ['a,b;c,d', ','],
  ['a;"b,c,d,e";f', ';'],
  ['a\tb', '\t'],
  ['access_token', ','],
])('the delimiter of %j is %j', (header, delimiter) => expect(delimiterOf(`${header}\nx`)).toBe(delimiter));

describe('a date', () => {
  const at = Date.UTC(2026, 4, 21, 4, 0, 0);
  test.each([
    ['2026-05-21T04:00:00.000Z', null],
    ['2026-05-21 04:00:00+00', null],
    ['2026-05-21 06:00:00+02:00', null],
    ['2026-05-21T00:00:00-0400', null],
    ['2026-05-21 04:00:00 UTC', null],
    ['2026-05-21 04:00', 'UTC'],
    ['2026-05-21 06:00:00', 'Europe/Berlin'],
    ['1779336000', null],
    ['1779336000000', null],
  ])('%s (zone %s) is read', (text, zone) => expect(readDate(text, zone)).toEqual({ at }));

  test.each([
    ['2026-05-21', 'UTC', Date.UTC(2026, 4, 21)],
    ['2026-05-21 04:00:00.123456+00', null, at + 123],
    // When clocks are set back the hour from 2 to 3 comes twice: the earlier counts.
    ['2026-10-25 02:30:00', 'Europe/Berlin', Date.UTC(2026, 9, 25, 0, 30)],
  ])('%s (zone %s) is %i', (text, zone, instant) => expect(readDate(text, zone)).toEqual({ at: instant }));

  test.each([
    ['2026-05-21 04:00:00', null, '--zone'],
    ['2026-05-21', null, '--zone'],
    ['2026-02-30T00:00:00Z', null, 'does not exist'],
    ['2026-05-21T24:30:00Z', null, 'does not exist'],
    ['2026-03-29 02:30:00', 'Europe/Berlin', 'set forward'],
    ['1.78E+12', null, 'spreadsheet'],
    ['20260521', null, 'seconds (10 digits) or milliseconds (13 digits)'],
    ['21/05/2026', 'UTC', 'no date'],
    ['soon', null, 'no date'],
  ])('%s (zone %s) is refused', (text, zone, why) =>
    expect(readDate(text, zone)).toEqual({ problem: expect.stringContaining(why) }),
  );
});

describe('columns', () => {
  test('have their own names, or those given by hand, which win', () => {
    const map = readMapping(['token_expires_at=expires_at', 'a=b=owner_ref']);
    expect(columnsOfFields(['Access_Token', 'expires_at', 'token_expires_at', 'a=b'], map)).toEqual({
      access_token: 'Access_Token',
      expires_at: 'token_expires_at',
      owner_ref: 'a=b',
    });
  });

  test.each([
    [['token'], 'is not column=field'],
    [['=access_token'], 'is not column=field'],
    [['a=colour'], 'no field "colour"'],
    [['a=email', 'a=owner_ref'], '"a" twice'],
    [['a=email', 'b=email'], 'two columns for email'],
  ])('%j is wrong use', (pairs, why) => expect(() => readMapping(pairs)).toThrow(why));

  test.each([
    [['token', 'owner_ref'], 'no column access_token. The columns are token, owner_ref.'],
    [['access_token'], 'no column owner_ref'],
  ])('%j cannot be imported', (columns, why) => expect(() => checkHeader(columns, options)).toThrow(why));

  test('that are mapped must be there, and those that are not used are named', () => {
    const map = readMapping(['x=email']);
    expect(() => checkHeader(['access_token', 'owner_ref'], { ...options, map })).toThrow('no column "x"');
    expect(checkHeader(['access_token', 'id'], { ...options, ownerRef: 'shop' })).toEqual(['id']);
  });
});

describe('a row', () => {
  const row = (values: Record<string, string | null>, more: object = {}) =>
    readRow({ row: 1, line: 2, values }, { ...options, ...more });
  const good = { access_token: ' IGAA1 ', owner_ref: 'shop-1' };

  test('gives its fields, and its token only on request', () => {
    const given = row({ ...good, expires_at: '1779336000', external_id: '17841400000000001', email: '' });
    expect(given).toMatchObject({
      ownerRef: 'shop-1',
      expiresAt: 1_779_336_000_000,
      externalId: '17841400000000001',
    });
    expect(given).not.toHaveProperty('email');
    expect(JSON.stringify(given)).not.toContain('IGAA1');
    expect((given as { accessToken: { reveal(): string } }).accessToken.reveal()).toBe('IGAA1');
    expect(row(good, { ownerRef: 'all' })).toMatchObject({ ownerRef: 'all' });
  });

  test.each([
    [{ access_token: '' }, 'access_token is empty.'],
    [{ access_token: 'IG AA' }, 'is no token'],
    [{ access_token: 'IGAAé' }, 'is no token'],
    [{ access_token: 'I'.repeat(2_001) }, 'is no token'],
    [{ owner_ref: null }, 'owner_ref is empty.'],
    [{ external_id: '1.78E+16' }, 'external_id is 1.78E+16, a number that a spreadsheet has rounded'],
    [{ external_id: '1,78E+16' }, 'Export the column as text'],
    [{ external_id: 'x'.repeat(201) }, 'longer than 200'],
    [{ owner_ref: 'a\0b' }, 'null character'],
    [{ email: 'nobody' }, 'email is no email address.'],
    [{ paused: 'maybe' }, 'paused is neither true nor false.'],
    [{ expires_at: 'soon', issued_at: 'then' }, 'expires_at is no date'],
  ])('%j is refused by the name of its column', (values, why) => {
    const problems = row({ ...good, ...values });
    expect(problems).toEqual(expect.arrayContaining([expect.stringContaining(why)]));
    expect(JSON.stringify(problems)).not.toContain('IG AA');
  });

  test('an ID with an E is no rounded number', () => {
    expect(row({ ...good, external_id: '1E5' })).toMatchObject({ externalId: '1E5' });
  });
});

test('a table is named safely', () => {
  expect(tableQuery('public.my"table', ['active']).sql).toContain('from "public"."my""table" where');
});
