import { type Command } from 'commander';
import { asksToCheckAgain } from '../../core/lifecycle/banner';
import { connections } from '../../core/text/bulk-operations';
import { createLinks } from '../bulk/links';
import { runBulk } from '../bulk/run';
import { type BulkOptions, type Selection, addBulkOptions, addSelection, isForMany } from '../bulk/selection';
import { Failure } from '../failures';
import { type ConnectLink, type Integration, type Recovery, type Refreshed } from '../http/answers';
import { findId, findOne, pathOf } from '../http/find';
import { type Io } from '../output/io';
import { confirm } from '../output/confirm';
import { note, printable, say, sayJson } from '../output/output';
import { both } from '../output/times';
import { type Verb } from '../verb';
import { ID_OR_MANY, JSON_OPTION, YES_OPTION, nameOf, openApi } from './common';

export const refreshVerb: Verb = (program, io) => {
  addBulkOptions(program.command('refresh'))
    .description('Refresh the token now. The token must be at least 24 hours old.')
    .argument(...ID_OR_MANY)
    .option(...JSON_OPTION)
    .action(async (given: string | undefined, options: BulkOptions & { json?: true }) => {
      const api = openApi(io);
      if (isForMany(given, options)) return runBulk(io, api, 'refresh', options);
      const answer: Refreshed = await api.post(pathOf(await findId(api, given), '/refresh'));
      if (options.json) return sayJson(io, answer);
      const { integration } = answer;
      const until = integration.expiresAt ? `, valid until ${both(integration.expiresAt, api.now())}` : '';
      say(io, `Refreshed ${nameOf(integration)}: token version ${integration.tokenVersion}${until}.`);
    });
};

export const recheckVerb: Verb = (program, io) => {
  addBulkOptions(program.command('recheck'))
    .description(
      'Check with Instagram whether the token is valid. Works on expired integrations. Waits up to 20 seconds.',
    )
    .argument(...ID_OR_MANY)
    .option(...JSON_OPTION)
    .action(async (given: string | undefined, options: BulkOptions & { json?: true }) => {
      const api = openApi(io);
      if (isForMany(given, options)) return runBulk(io, api, 'recheck', options);
      const answer: Recovery = await api.post(pathOf(await findId(api, given), '/recheck'));
      if (options.json) sayJson(io, answer);
      if (answer.outcome === 'undecided') {
        const { banner } = answer.integration;
        const unknown = 'The token could not be checked yet.';
        throw new Failure(banner && asksToCheckAgain(banner) ? banner.text : unknown, [
          `Try again in ${answer.retryAfterSeconds ?? 5} seconds.`,
        ]);
      }
      if (!options.json) say(io, `${nameOf(answer.integration)}: ${sentence(answer)}`);
    });
};

function sentence({ outcome, integration }: Recovery): string {
  switch (outcome) {
    case 'verified_ok':
      return 'the token is valid.';
    case 'refreshed':
    case 'stale_version':
      return `new token, version ${integration.tokenVersion}.`;
    default:
      return `the token is invalid (${integration.reason ?? 'unknown'}). The owner must reconnect.`;
  }
}

export const pauseVerb: Verb = (program, io) =>
  addToggle(program, io, 'pause', 'Pause scheduled refreshes until 3 days before expiry.', (name) => {
    return `Paused ${name}: no scheduled refresh until 3 days before expiry.`;
  });

export const resumeVerb: Verb = (program, io) =>
  addToggle(program, io, 'resume', 'Resume scheduled refreshes.', (name) => `Resumed ${name}.`);

function addToggle(
  program: Command,
  io: Io,
  verb: 'pause' | 'resume',
  description: string,
  done: (name: string) => string,
): void {
  addBulkOptions(program.command(verb))
    .description(description)
    .argument(...ID_OR_MANY)
    .option(...JSON_OPTION)
    .action(async (given: string | undefined, options: BulkOptions & { json?: true }) => {
      const api = openApi(io);
      if (isForMany(given, options)) return runBulk(io, api, verb, options);
      const integration: Integration = await api.post(pathOf(await findId(api, given), `/${verb}`));
      if (options.json) return sayJson(io, integration);
      say(io, done(nameOf(integration)));
    });
}

export const disconnectVerb: Verb = (program, io) => {
  addBulkOptions(program.command('disconnect'))
    .description('Disconnect an integration permanently and delete its token.')
    .argument(...ID_OR_MANY)
    .option(...YES_OPTION)
    .option(...JSON_OPTION)
    .action(async (given: string | undefined, options: BulkOptions & { yes?: true; json?: true }) => {
      const api = openApi(io);
      if (isForMany(given, options))
        return runBulk(io, api, 'disconnect', options, (count) => {
          return `Disconnect ${connections(count)}? This deletes their tokens.`;
        });
      const integration = await findOne(api, given);
      const { id, ownerRef, state } = integration;
      if (!options.yes && state !== 'disconnected')
        await confirm(
          io,
          `Disconnect ${nameOf(integration)} (${id}, owner ${ownerRef})? This deletes its token.`,
        );
      await api.delete(pathOf(integration.id));
      if (options.json) return sayJson(io, await api.get(pathOf(integration.id)));
      say(io, `Disconnected ${nameOf(integration)}. Its token has been deleted.`);
      note(
        io,
        'Kept: its events and the account’s name. `npx evergrant forget --instagram-id` deletes them, too.',
      );
    });
};

export const forgetVerb: Verb = (program, io) => {
  program
    .command('forget')
    .description(
      'Delete all data of an Instagram account, as its owner or Meta requested. Needs an admin key. Cannot be undone.',
    )
    .requiredOption(
      '--instagram-id <id>',
      "the account's app-scoped ID, as Meta's lists have it, or its professional ID",
    )
    .option(...YES_OPTION)
    .option(...JSON_OPTION)
    .action(async ({ instagramId, yes, json }: { instagramId: string; yes?: true; json?: true }) => {
      const api = openApi(io);
      const found: { data: Integration[] } = await api.get(
        `/v1/integrations?${new URLSearchParams({ accountId: instagramId, limit: '200' })}`,
      );
      if (!yes && found.data.length > 0) {
        const names = found.data.map((one) => `${nameOf(one)} (${one.id}, owner ${one.ownerRef})`);
        await confirm(io, `Delete all data of ${names.join(', ')}?`);
      }
      const result: { integrationIds: string[]; statusUrl: string } = await api.post('/v1/data-deletions', {
        instagramId,
      });
      if (json) return sayJson(io, result);
      const { length } = result.integrationIds;
      if (length === 0) return say(io, `Nothing is stored of account ${printable(instagramId)}.`);
      say(io, `Deleted the data of ${connections(length)}:`);
      for (const id of result.integrationIds) say(io, `  ${id}`);
      note(io, `For the owner: ${result.statusUrl}`);
    });
};

export const reconnectLinkVerb: Verb = (program, io) => {
  addSelection(program.command('reconnect-link'))
    .description('Create a connect or reconnect link for the owner, valid for 24 hours.')
    .argument(...ID_OR_MANY)
    .option('--return-to <url>', 'where to send the owner afterwards; the origin must be allowed')
    .option(...JSON_OPTION)
    .action(async (given: string | undefined, options: Selection & { returnTo?: string; json?: true }) => {
      const api = openApi(io);
      const { returnTo } = options;
      const wanted = returnTo === undefined ? {} : { returnTo };
      if (isForMany(given, options)) return createLinks(io, api, options, wanted);
      const link: ConnectLink = await api.post(pathOf(await findId(api, given), '/connect-links'), wanted);
      if (options.json) return sayJson(io, link);
      say(io, link.url);
      note(io, `Valid until ${both(link.expiresAt, api.now())}.`);
    });
};
