import { UsageError } from '../failures';
import { type ConnectLinkRow, type ConsoleSession, type EmbedTokenRow } from '../http/answers';
import { findId, findOne, pathOf } from '../http/find';
import { allPages } from '../http/pages';
import { confirm } from '../output/confirm';
import { say } from '../output/output';
import { type Column } from '../output/table';
import { show } from '../output/list';
import { since } from '../output/times';
import { type Verb } from '../verb';
import { JSON_OPTION, YES_OPTION, nameOf, openApi } from './common';
import { type Ending, addEnd, endOne } from './ending';

/** What is made with API keys: each kind is listed, and ended one by one. */

const CREATED_BY = ['--created-by <key id>', 'only those of this API key'] as const;

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
  addEnd<ConsoleSession>(sessions, io, {
    verb: 'end',
    description: 'End a console session.',
    path: '/v1/console-sessions',
    question: ({ id, name, address }) =>
      `End the console session of ${name} (${[id, address].filter(Boolean).join(', ')})? The person is signed out at once.`,
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
  addEnd<EmbedTokenRow>(tokens, io, {
    verb: 'revoke',
    description: 'Revoke an embed token, and the connect links made with it.',
    path: '/v1/embed-tokens',
    question: ({ id, ownerRef }) =>
      `Revoke the embed token of ${ownerRef} (${id})? The banner on pages with it stops updating until they fetch a new one, and connect links made with it stop working.`,
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
    .option(...YES_OPTION)
    .action(async (id: string | undefined, { integration, yes }: { integration?: string; yes?: true }) => {
      if ((id === undefined) === (integration === undefined))
        throw new UsageError('Give the id of a link, or --integration.');
      if (id !== undefined) return endOne(io, id, yes === true, LINK);
      const api = openApi(io);
      const of = await findOne(api, integration ?? '');
      if (!yes)
        await confirm(
          io,
          `Revoke all connect links of ${nameOf(of)} (${of.id}, owner ${of.ownerRef})? Those in events and emails stop working, too. The owner needs a new one to connect.`,
        );
      await api.delete(pathOf(of.id, '/connect-links'));
      say(io, `Revoked all links of ${of.id}.`);
    });
};

const LINK: Ending<ConnectLinkRow> = {
  path: '/v1/connect-links',
  question: ({ id, ownerRef, integrationId }) =>
    `Revoke the connect link of ${ownerRef} (${id}, for ${integrationId})? It stops working at once. The owner needs a new one to connect.`,
  done: 'Revoked',
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
