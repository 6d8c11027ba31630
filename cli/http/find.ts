import { type Integration } from './answers';
import { type Api } from './api';
import { Failure } from '../failures';
import { eachRow } from './pages';

const ID = /^int_[0-9a-z]{24}$/;

export function pathOf(id: string, rest = ''): string {
  return `/v1/integrations/${encodeURIComponent(id)}${rest}`;
}

/** The id of the integration given by its id, `@username` or an external id. */
export async function findId(api: Api, given: string): Promise<string> {
  return ID.test(given) ? given : (await search(api, given)).id;
}

/** The integration itself, as its own page shows it. */
export async function findOne(api: Api, given: string): Promise<Integration> {
  return api.get(pathOf(await findId(api, given)));
}

async function search(api: Api, given: string): Promise<Integration> {
  const found: Integration[] = [];
  const query = given.startsWith('@') ? {} : { externalId: given };
  for await (const row of eachRow<Integration>(api, '/v1/integrations', query)) {
    if (!given.startsWith('@') || hasUsername(row, given.slice(1))) found.push(row);
  }
  const live = found.filter(({ state }) => state !== 'disconnected');
  const candidates = live.length > 0 ? live : found;
  const [only, ...others] = candidates;
  if (!only) throw unknown(given);
  if (others.length === 0) return only;
  throw new Failure(`${given} matches more than one integration. Use the id:`, candidates.map(line));
}

function hasUsername({ account }: Integration, username: string): boolean {
  return account?.username?.toLowerCase() === username.toLowerCase();
}

function unknown(given: string): Failure {
  const what = given.startsWith('@') ? `of the account ${given}` : `with the id or external id ${given}`;
  return new Failure(`Integration ${what} not found.`, [
    'List integrations with `npx evergrant list`. Write usernames as @username.',
  ]);
}

function line({ id, state, account, ownerRef }: Integration): string {
  return `${id}  ${state}  ${account?.username ? `@${account.username}` : '-'}  owner ${ownerRef}`;
}
