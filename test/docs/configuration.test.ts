import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, loadSettings } from '../../adapters/config';
import { LIVE_PAGES } from '../../http/console/live-pages';
import { blocksOf } from '../support/document-blocks';
import { LIMITED, LIMITS } from '../../http/middleware/limits';

const root = join(__dirname, '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** What the schema in the code declares: `NAME: …`, one per line. */
const declared = [...read('adapters/settings-schema.ts').matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name]) => name!);
/** The rows of the tables: | `NAME` ● | default | … */
const rows = [
  ...read('docs/configuration.md').matchAll(/^\| `([A-Z][A-Z_]+)`( ●)? \| (.*?) \|/gm),
].map(([, name, mark, standard]) => ({ name: name!, secret: mark !== undefined, standard: standard! }));
/** Temporal's own settings are read by Temporal's library. */
const own = rows.filter(({ name }) => !name.startsWith('TEMPORAL_'));
const example = [...read('.env.example').matchAll(/^#([A-Z][A-Z_]+)=(.*)$/gm)].map(([, name, value]) => ({
  name: name!,
  value: value!,
}));

test('docs/configuration.md describes every setting of the code, once, and no other', () => {
  expect(declared.length).toBeGreaterThan(30);
  expect(own.map(({ name }) => name).sort()).toEqual([...declared].sort());
});

test('.env.example lists the settings of docs/configuration.md in the same order', () => {
  expect(example.map(({ name }) => name)).toEqual(rows.map(({ name }) => name));
});

test('the documented defaults are those that apply', () => {
  const defaults = Object.entries(loadSettings({})).filter(
    ([, value]) => ['string', 'number', 'boolean'].includes(typeof value) && value !== '',
  );
  expect(defaults.length).toBeGreaterThan(10);
  for (const [name, value] of defaults)
    expect([name, rows.find((row) => row.name === name)?.standard]).toEqual([
      name,
      expect.stringContaining(`\`${String(value)}\``),
    ]);
});

test('exactly the settings that are marked as secrets can be given as files', () => {
  const asFile = (name: string) => {
    try {
      loadSettings({ [`${name}_FILE`]: join(root, 'no such file') });
      return false;
    } catch (error) {
      return error instanceof ConfigError && error.message.includes(`${name}_FILE names a file that cannot`);
    }
  };
  expect(own.filter(({ name }) => asFile(name)).map(({ name }) => name)).toEqual(
    own.filter(({ secret }) => secret).map(({ name }) => name),
  );
});

test.each(['configuration', 'notices', 'console'].flatMap((name) => blocksOf(`docs/${name}.md`)).filter(({ language }) => language === 'env').map((block) => [block.at, block.text]))(
  'the settings at %s are accepted',
  (_, text) => {
    const lines = text.split('\n').map((line) => /^(\w+)=(.*)$/.exec(line)?.slice(1) as [string, string]);
    // The files are elsewhere.
    const env = lines.filter(([name]) => !name.endsWith('_FILE')).map(([name, value]) => [name, value.replace(/^"(.*)"$/, '$1')]);
    expect(() => loadSettings(Object.fromEntries(env) as NodeJS.ProcessEnv)).not.toThrow();
    const known = new Set(rows.map(({ name }) => name));
    expect(lines.map(([name]) => name.replace(/_FILE$/, '')).filter((name) => !known.has(name))).toEqual([]);
  },
);

test('.env.example is accepted as it is', () => {
  const env = Object.fromEntries(example.map(({ name, value }) => [name, value.replace(/^"(.*)"$/, '$1')]));
  const { EVERGRANT_KEYS: _placeholder, ...given } = env;
  expect(loadSettings(given)).toMatchObject({ EVERGRANT_HTTP_PORT: 3000 });
});

test('the documented limits are those that apply, with a name for each', () => {
  const section = read('docs/configuration.md').split('### Limits')[1]!.split('\n## ')[0]!;
  const limits = [...section.matchAll(/^\| .+ \| `(\w+)` \| (\d+) /gm)].map(([, name, number]) => [name, Number(number)]);
  expect(limits).toEqual([
    ['key', LIMITS.requestsPerMinute],
    ['embed_token', LIMITS.embedTokenPerMinute],
    ['owner', LIMITS.ownerPerMinute],
    ['session', LIMITS.sessionPerMinute],
    ['address', LIMITS.failuresPerMinute],
    ['address', LIMITS.connectsPerMinute],
    ['link', LIMITS.linkPerMinute],
  ]);
  const { perSession, perKey, limitedToOwners, all } = LIVE_PAGES;
  expect(section).toContain(
    `keeps ${perSession} pages of a session up to date, ${perKey} of a key with the limited keys that came of it, ${limitedToOwners} of all that are limited to owners, and ${all} in all`,
  );
  const errors = read('docs/errors.md');
  for (const name of LIMITED) expect(errors).toContain(`\`${name}\``);
});
