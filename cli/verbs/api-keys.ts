import { Option } from 'commander';
import { SCOPES } from '../../core/access/scopes';
import { type ApiKey, type Page } from '../http/answers';
import { show } from '../output/list';
import { note, say, sayJson } from '../output/output';
import { since } from '../output/times';
import { type Verb } from '../verb';
import { JSON_OPTION, openApi } from './common';
import { addEnd } from './ending';

export const apiKeysVerb: Verb = (program, io) => {
  const keys = program
    .command('api-keys')
    .description('List, create and revoke API keys. Needs an admin key.');
  keys
    .command('list')
    .description('List valid API keys, oldest first.')
    .option(...JSON_OPTION)
    .action(async ({ json }: { json?: true }) => {
      const api = openApi(io);
      const found: Page<ApiKey> = await api.get('/v1/api-keys');
      show(io, found, json, 'No API keys but the bootstrap key.', [
        { title: 'ID', value: ({ id }) => id },
        { title: 'NAME', value: ({ name }) => name, shrinks: true },
        { title: 'SCOPES', value: ({ scopes }) => scopes.join(',') },
        { title: 'OWNERS', value: ({ ownerRefs }) => ownerRefs?.join(',') ?? 'all', shrinks: true },
        { title: 'CREATED BY', value: ({ createdBy }) => createdBy ?? '-' },
        { title: 'LAST USED', value: (key) => since(key.lastUsedAt, api.now()) },
        { title: 'EXPIRES', value: (key) => since(key.expiresAt, api.now()) },
      ]);
    });
  keys
    .command('create')
    .description('Create an API key and print it. It cannot be shown again.')
    .requiredOption('--name <name>', 'program that uses the key')
    .addOption(new Option('--scope <scopes...>', 'what the key allows').choices(SCOPES).makeOptionMandatory())
    .option('--owner-ref <refs...>', 'limit the key to these owners')
    .option('--expires-at <instant>', 'end of the key, such as 2027-06-01T00:00:00.000Z')
    .option(...JSON_OPTION)
    .action(async (options: NewKey) => {
      const made: ApiKey & { key: string } = await openApi(io).post('/v1/api-keys', {
        name: options.name,
        scopes: options.scope,
        ...(options.ownerRef && { ownerRefs: options.ownerRef }),
        ...(options.expiresAt !== undefined && { expiresAt: options.expiresAt }),
      });
      if (options.json) return sayJson(io, made);
      say(io, made.key);
      note(io, `Created ${made.id}. Copy the key now: it cannot be shown again.`);
    });
  addEnd<ApiKey>(keys, io, {
    verb: 'revoke',
    description: 'Revoke an API key, the keys that came of it, and all that was made with them.',
    path: '/v1/api-keys',
    // Their list has no pages.
    rows: async (api) => (await api.get<Page<ApiKey>>('/v1/api-keys')).data,
    question({ id, name, lastUsedAt }, now) {
      const used = lastUsedAt === null ? 'It was never used.' : `Last used ${since(lastUsedAt, now)}.`;
      return `Revoke the API key ${name} (${id})? Programs that use it are refused at once. ${used}`;
    },
    done: 'Revoked',
  });
};

interface NewKey {
  name: string;
  scope: string[];
  ownerRef?: string[];
  expiresAt?: string;
  json?: true;
}
