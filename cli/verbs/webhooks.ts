import { type Command, Option } from 'commander';
import { EVENT_TYPES } from '../../core/deliveries/events';
import { Failure } from '../failures';
import {
  type CreatedWebhookEndpoint,
  type Page,
  type RotatedWebhookSecret,
  type WebhookEndpoint,
  type WebhookTest,
} from '../http/answers';
import { type Api } from '../http/api';
import { confirm } from '../output/confirm';
import { type Io } from '../output/io';
import { show } from '../output/list';
import { note, say, sayJson } from '../output/output';
import { both } from '../output/times';
import { type Verb } from '../verb';
import { JSON_OPTION, YES_OPTION, openApi } from './common';

const PATH = '/v1/webhook-endpoints';
const ID = ['<id>', 'id or URL of the endpoint, as shown by `webhooks list`'] as const;

export const webhooksVerb: Verb = (program, io) => {
  const webhooks = program
    .command('webhooks')
    .description('List, add, test, change and remove webhook endpoints. Needs an admin key.');
  addList(webhooks, io);
  addNew(webhooks, io);
  addTest(webhooks, io);
  addSecret(webhooks, io);
  addChanges(webhooks, io);
};

function addList(webhooks: Command, io: Io): void {
  webhooks
    .command('list')
    .description('List webhook endpoints, oldest first.')
    .option(...JSON_OPTION)
    .action(async ({ json }: { json?: true }) => {
      const found: Page<WebhookEndpoint> = await openApi(io).get(PATH);
      show(io, found, json, 'No webhook endpoints.', [
        { title: 'ID', value: ({ id }) => id },
        { title: 'URL', value: ({ url }) => url, shrinks: true },
        { title: 'STATUS', value: statusOf },
        { title: 'EVENTS', value: ({ events }) => events.join(','), shrinks: true },
      ]);
    });
}

function statusOf({ enabled, disabledReason }: WebhookEndpoint): string {
  return enabled ? 'enabled' : `disabled (${disabledReason})`;
}

function eventOption(description: string): Option {
  return new Option('--event <types...>', description).choices([...EVENT_TYPES, '*']);
}

function addNew(webhooks: Command, io: Io): void {
  webhooks
    .command('add')
    .description('Add a webhook endpoint and print its signing secret. It cannot be shown again.')
    .argument('<url>', 'https URL with a public address')
    .addOption(eventOption('event types it receives (default: all)'))
    .option(...JSON_OPTION)
    .action(async (url: string, { event = ['*'], json }: { event?: string[]; json?: true }) => {
      const made: CreatedWebhookEndpoint = await openApi(io).post(PATH, { url, events: event });
      if (json) return sayJson(io, made);
      say(io, made.secret);
      note(io, `Added ${made.id}. Copy the signing secret now: it cannot be shown again.`);
    });
}

function addTest(webhooks: Command, io: Io): void {
  webhooks
    .command('test')
    .description('Send a signed test event and print the result. Waits up to 15 seconds.')
    .argument(...ID)
    .option(...JSON_OPTION)
    .action(async (given: string, { json }: { json?: true }) => {
      const api = openApi(io);
      const { id, url } = await find(api, given);
      const result: WebhookTest = await api.post(`${PATH}/${id}/test`);
      if (json) sayJson(io, result);
      const { delivered, status, durationMs, error } = result;
      if (!delivered) throw new Failure(error?.text ?? `${url} answered ${status}. Expected 2xx.`);
      if (!json) say(io, `Delivered to ${url}: ${status} in ${durationMs} ms.`);
    });
}

function addSecret(webhooks: Command, io: Io): void {
  webhooks
    .command('rotate-secret')
    .description('Create a new signing secret and print it. The old one works for 24 more hours.')
    .argument(...ID)
    .option(...YES_OPTION)
    .option(...JSON_OPTION)
    .action(async (given: string, { yes, json }: { yes?: true; json?: true }) => {
      const api = openApi(io);
      const { id, url } = await find(api, given);
      if (!yes)
        await confirm(
          io,
          `Create a new signing secret for ${url}? In 24 hours the receiver must verify with the new one.`,
        );
      const made: RotatedWebhookSecret = await api.post(`${PATH}/${id}/rotate-secret`);
      if (json) return sayJson(io, made);
      say(io, made.secret);
      note(
        io,
        `Copy it now: it cannot be shown again. The old one works until ${both(made.oldSecretUntil, api.now())}.`,
      );
    });
}

function addChanges(webhooks: Command, io: Io): void {
  webhooks
    .command('change')
    .description('Change which event types an endpoint receives.')
    .argument(...ID)
    .addOption(eventOption('event types it receives').makeOptionMandatory())
    .option(...JSON_OPTION)
    .action(async (given: string, { event, json }: { event: string[]; json?: true }) =>
      change(io, given, { events: event }, json),
    );
  webhooks
    .command('enable')
    .description('Enable an endpoint. It receives events from now on.')
    .argument(...ID)
    .option(...JSON_OPTION)
    .action(async (given: string, { json }: { json?: true }) => change(io, given, { enabled: true }, json));
  webhooks
    .command('disable')
    .description('Disable an endpoint. Its pending deliveries are skipped.')
    .argument(...ID)
    .option(...YES_OPTION)
    .option(...JSON_OPTION)
    .action(async (given: string, { yes, json }: { yes?: true; json?: true }) =>
      change(io, given, { enabled: false }, json, yes !== true),
    );
  webhooks
    .command('remove')
    .description('Remove an endpoint with its secret and its delivery log.')
    .argument(...ID)
    .option(...YES_OPTION)
    .action(async (given: string, { yes }: { yes?: true }) => {
      const api = openApi(io);
      const { id, url } = await find(api, given);
      if (!yes)
        await confirm(
          io,
          `Remove ${url} (${id})? It receives no more events, and its delivery log is deleted.`,
        );
      await api.delete(`${PATH}/${id}`);
      say(io, `Removed ${url}.`);
    });
}

async function change(
  io: Io,
  given: string,
  changes: { enabled?: boolean; events?: string[] },
  json: true | undefined,
  asks = false,
): Promise<void> {
  const api = openApi(io);
  const { id, url, enabled } = await find(api, given);
  if (asks && enabled) await confirm(io, `Disable ${url} (${id})? Its pending deliveries are skipped.`);
  const changed: WebhookEndpoint = await api.patch(`${PATH}/${id}`, changes);
  if (json) return sayJson(io, changed);
  say(io, `${changed.url}: ${statusOf(changed)}, receives ${changed.events.join(', ')}.`);
}

/** @throws Failure unless exactly one endpoint has this id or URL */
async function find(api: Api, given: string): Promise<WebhookEndpoint> {
  const { data }: Page<WebhookEndpoint> = await api.get(PATH);
  const [only, ...others] = data.filter(({ id, url }) => id === given || url === given);
  if (!only)
    throw new Failure(`Webhook endpoint ${given} not found.`, [
      'List endpoints with `npx evergrant webhooks list`.',
    ]);
  if (others.length > 0)
    throw new Failure(
      `${given} matches more than one endpoint. Use the id:`,
      [only, ...others].map(({ id }) => id),
    );
  return only;
}
