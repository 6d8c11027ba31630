import { type Command, Option } from 'commander';
import { SCOPES } from '../../core/access/scopes';
import { UsageError } from '../failures';
import {
  type ApiKey,
  type ConnectLinkRow,
  type ConsoleSession,
  type EmbedTokenRow,
  type Page,
} from '../http/answers';
import { findId, pathOf } from '../http/find';
import { allPages } from '../http/pages';
import { type Io } from '../output/io';
import { confirm } from '../output/confirm';
import { note, say, sayJson } from '../output/output';
import { type Column } from '../output/table';
import { show } from '../output/list';
import { since } from '../output/times';
import { type Verb } from '../verb';
import { JSON_OPTION, YES_OPTION, openApi } from './common';

/** API keys, and what was made with them: each kind is listed, and ended one by one. */

const CREATED_BY = ['--created-by <key id>', 'only those of this API key'] as const;

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
  keys
    .command('revoke')
    .description('Revoke an API key, the keys that came of it, and all that was made with them.')
    .argument('<id>', 'as shown by `api-keys list`')
    .option(...YES_OPTION)
    .action(async (id: string, { yes }: { yes?: true }) => revokeKey(io, id, yes === true));
};

async function revokeKey(io: Io, id: string, isSure: boolean): Promise<void> {
  const api = openApi(io);
  const { data }: Page<ApiKey> = await api.get('/v1/api-keys');
  const key = data.find((row) => row.id === id);
  if (key && !isSure) {
    const used =
      key.lastUsedAt === null ? 'It was never used.' : `Last used ${since(key.lastUsedAt, api.now())}.`;
    await confirm(
      io,
      `Revoke the API key ${key.name} (${id})? Programs that use it are refused at once. ${used}`,
    );
  }
  await api.delete(`/v1/api-keys/${encodeURIComponent(id)}`);
  say(io, `Revoked ${id}.`);
}

interface NewKey {
  name: string;
  scope: string[];
  ownerRef?: string[];
  expiresAt?: string;
  json?: true;
}

export const consoleSessionsVerb: Verb = (program, io) => {
  const sessions = program
    .command('console-sessions')
    .description('List and end console sessions. Needs an admin key.');
  sessions
    .command('list')
    .description('List active console sessions, newest first.')
    .option(...JSON_OPTION)
    .action(async ({ json }: { json?: true }) => {
      const api = openApi(io);
      const found = await allPages<ConsoleSession>(api, '/v1/console-sessions', {});
      show(io, found, json, 'Nobody is signed in.', [
        { title: 'ID', value: ({ id }) => id },
        { title: 'KEY', value: ({ name }) => name, shrinks: true },
        { title: 'ADDRESS', value: ({ address }) => address ?? '-' },
        { title: 'SIGNED IN', value: (row) => since(row.createdAt, api.now()) },
        { title: 'LAST USED', value: (row) => since(row.lastUsedAt, api.now()) },
      ]);
    });
  addEnd(sessions, io, {
    verb: 'end',
    description: 'End a console session.',
    path: '/v1/console-sessions',
    done: 'Ended',
  });
};

export const embedTokensVerb: Verb = (program, io) => {
  const tokens = program.command('embed-tokens').description('List and revoke embed tokens.');
  tokens
    .command('list')
    .description('List valid embed tokens, newest first.')
    .option('--owner-ref <ref>', 'filter by owner')
    .option(...CREATED_BY)
    .option(...JSON_OPTION)
    .action(async ({ json, ...filter }: { ownerRef?: string; createdBy?: string; json?: true }) => {
      const api = openApi(io);
      const found = await allPages<EmbedTokenRow>(api, '/v1/embed-tokens', filter);
      show<EmbedTokenRow>(io, found, json, 'No valid embed tokens.', [
        { title: 'ID', value: ({ id }) => id },
        { title: 'OWNER', value: ({ ownerRef }) => ownerRef, shrinks: true },
        ...issuedColumns(api.now()),
      ]);
    });
  addEnd(tokens, io, {
    verb: 'revoke',
    description: 'Revoke an embed token, and the connect links made with it.',
    path: '/v1/embed-tokens',
    done: 'Revoked',
  });
};

export const connectLinksVerb: Verb = (program, io) => {
  const links = program.command('connect-links').description('List and revoke connect links of owners.');
  links
    .command('list')
    .description('List connect links that are neither over nor revoked, newest first.')
    .option('--integration <id>', 'only of this integration: its id, @username or your external id')
    .option(...CREATED_BY)
    .option(...JSON_OPTION)
    .action(async ({ json, integration, createdBy }: LinkFilter) => {
      const api = openApi(io);
      const found = await allPages<ConnectLinkRow>(api, '/v1/connect-links', {
        createdBy,
        ...(integration !== undefined && { integrationId: await findId(api, integration) }),
      });
      show<ConnectLinkRow>(io, found, json, 'No connect links.', [
        { title: 'ID', value: ({ id }) => id },
        { title: 'INTEGRATION', value: ({ integrationId }) => integrationId },
        { title: 'OWNER', value: ({ ownerRef }) => ownerRef, shrinks: true },
        ...issuedColumns(api.now()),
      ]);
    });
  links
    .command('revoke')
    .description('Revoke a connect link, or all links of an integration.')
    .argument('[id]', 'as shown by `connect-links list`')
    .option('--integration <id>', 'revoke all links of this integration, also those in events and emails')
    .action(async (id: string | undefined, { integration }: { integration?: string }) => {
      const api = openApi(io);
      if ((id === undefined) === (integration === undefined))
        throw new UsageError('Give the id of a link, or --integration.');
      if (id !== undefined) {
        await api.delete(`/v1/connect-links/${encodeURIComponent(id)}`);
        return say(io, `Revoked ${id}.`);
      }
      const of = await findId(api, integration ?? '');
      await api.delete(pathOf(of, '/connect-links'));
      say(io, `Revoked all links of ${of}.`);
    });
};

interface LinkFilter {
  integration?: string;
  createdBy?: string;
  json?: true;
}

function issuedColumns<Row extends { createdBy: string; createdAt: string; expiresAt: string }>(
  now: number,
): Column<Row>[] {
  return [
    { title: 'CREATED BY', value: ({ createdBy }) => createdBy },
    { title: 'CREATED', value: ({ createdAt }) => since(createdAt, now) },
    { title: 'EXPIRES', value: ({ expiresAt }) => since(expiresAt, now) },
  ];
}

function addEnd(
  group: Command,
  io: Io,
  { verb, description, path, done }: { verb: string; description: string; path: string; done: string },
): void {
  group
    .command(verb)
    .description(description)
    .argument('<id>', `as shown by \`${group.name()} list\``)
    .action(async (id: string) => {
      await openApi(io).delete(`${path}/${encodeURIComponent(id)}`);
      say(io, `${done} ${id}.`);
    });
}
