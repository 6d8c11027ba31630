import { type Created, type Integration } from '../http/answers';
import { type Api } from '../http/api';
import { Failure } from '../failures';
import { pathOf } from '../http/find';
import { type Io } from '../output/io';
import { note, paint, say, sayJson } from '../output/output';
import { type Verb } from '../verb';
import { withProgress } from '../output/progress';
import { pairs } from '../output/table';
import { both } from '../output/times';
import { JSON_OPTION, nameOf, openApi } from './common';
import { overview } from './status';

const LOOK_EVERY_MS = 1_000;

interface Options {
  ownerRef: string;
  externalId?: string;
  contactEmail?: string;
  returnTo?: string;
  wait?: true;
  json?: true;
}

export const connectVerb: Verb = (program, io) => {
  program
    .command('connect')
    .description('Create an integration and print the connect link for its owner.')
    .requiredOption('--owner-ref <ref>', 'whom it belongs to, in your own terms')
    .option('--external-id <id>', 'your own ID for it')
    .option('--contact-email <address>', 'email address of the owner')
    .option('--return-to <url>', 'where to send the owner afterwards; the origin must be allowed')
    .option('--wait', 'wait until the owner has connected, at most 24 hours')
    .option(...JSON_OPTION)
    .action(async (options: Options) => connect(io, options));
};

async function connect(io: Io, options: Options): Promise<void> {
  const api = openApi(io);
  const { externalId, contactEmail, returnTo } = options;
  const created: Created = await api.post('/v1/integrations', {
    provider: 'instagram',
    ownerRef: options.ownerRef,
    ...(externalId !== undefined && { externalId }),
    ...(contactEmail !== undefined && { contact: { email: contactEmail } }),
    ...(returnTo !== undefined && { returnTo }),
  });
  const lines = [
    `${paint(io, 'bold', created.integration.id)} is pending.`,
    ...pairs([
      ['connect link', created.connectUrl],
      ['valid until', both(created.expiresAt, api.now())],
    ]),
  ];
  if (!options.wait) {
    if (options.json) sayJson(io, created);
    else say(io, ...lines, 'Send the link to the account owner. It is valid until used to connect.');
    return;
  }
  note(io, ...lines);
  const connected = await untilConnected(io, api, created);
  if (options.json) sayJson(io, connected);
  else say(io, `Connected ${nameOf(connected)}.`, ...overview(connected, api.now()));
}

async function untilConnected(io: Io, api: Api, { integration, expiresAt }: Created): Promise<Integration> {
  const stop = io.stopSignal();
  return withProgress(
    io,
    () => 'Waiting for the owner',
    async () => {
      while (api.now() < Date.parse(expiresAt) && !stop.aborted) {
        const seen: Integration = await api.get(pathOf(integration.id));
        if (seen.state === 'disconnected') throw ended(seen);
        if (seen.state !== 'pending') return seen;
        await io.pause(LOOK_EVERY_MS, stop);
      }
      throw new Failure(`${integration.id} is not connected yet.`, [
        stop.aborted
          ? 'The link is still valid.'
          : `Create a new link with \`npx evergrant reconnect-link ${integration.id}\`.`,
      ]);
    },
  );
}

/** The owner connected an account of theirs again: its own integration goes on, and the new one has no use. */
function ended({ id, ownerRef }: Integration): Failure {
  return new Failure(
    `${id} was ended: it was disconnected, or its account is another integration of this owner's, which has the new token.`,
    [`Show it with \`npx evergrant list --owner-ref ${ownerRef}\`.`],
  );
}
