import { SECOND_MS } from '../../core/time';
import { Failure } from '../failures';
import { type ConnectLink, type Integration } from '../http/answers';
import { type Api } from '../http/api';
import { pathOf } from '../http/find';
import { allPages } from '../http/pages';
import { Refusal } from '../http/problem';
import { type Io } from '../output/io';
import { sayTable } from '../output/list';
import { note, say, sayJson } from '../output/output';
import { withProgress } from '../output/progress';
import { listColumns } from '../verbs/list';
import { type Selection, conditionsOf } from './selection';

interface CreatedLink extends ConnectLink {
  integrationId: string;
  username: string | null;
  ownerRef: string;
}

/** Creates a link for each connection that matches, disconnected ones left out. A line or an object for each. */
export async function createLinks(
  io: Io,
  api: Api,
  options: Selection & { json?: true },
  wanted: object,
): Promise<void> {
  const found = await matching(api, options);
  if (options.dryRun) return showRows(io, api, found, options.json);
  const links: CreatedLink[] = [];
  const text = () => `Creating links: ${links.length} of ${found.length}`;
  await withProgress(io, text, async () => {
    for (const { id, account, ownerRef } of found) {
      const link = await patiently(io, () => api.post<ConnectLink>(pathOf(id, '/connect-links'), wanted));
      links.push({ integrationId: id, username: account?.username ?? null, ownerRef, ...link });
    }
  });
  if (options.json) return sayJson(io, { data: links });
  for (const { integrationId, username, url } of links)
    say(io, [integrationId, username === null ? '-' : `@${username}`, url].join('\t'));
  note(io, links.length === 0 ? 'No connection matches.' : 'Each is valid for 24 hours.');
}

async function matching(api: Api, options: Selection): Promise<Integration[]> {
  const { limit } = options;
  const found = await allPages<Integration>(api, '/v1/integrations', conditionsOf(options), limit + 1);
  if (found.data.length > limit)
    throw new Failure(`More than ${limit} connections match.`, ['Raise --limit to include them all.']);
  return found.data.filter(({ state }) => state !== 'disconnected');
}

function showRows(io: Io, api: Api, data: Integration[], json: true | undefined): void {
  if (json) return sayJson(io, { total: data.length, data });
  if (data.length > 0) sayTable(io, listColumns(api.now()), data);
  say(io, `Would create ${data.length} links. Nothing was changed.`);
}

/** Waits for as long as the API asks to, when it is called too often. */
async function patiently<T>(io: Io, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Refusal) || error.problem.code !== 'rate_limited') throw error;
      await io.pause((error.retryAfterSeconds ?? 1) * SECOND_MS);
    }
  }
}
