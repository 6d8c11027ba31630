import { type Parameters, text } from './parameters';
import { type Account } from '../world/state';
import { type World } from '../world/world';

/** The token of a Graph request: parameter or header. */
export function tokenOf(parameters: Parameters, authorization: string | undefined): string | undefined {
  return text(parameters, 'access_token') ?? /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}

/** Whose request it is, for faults and the ledger: by token (dead or alive), code, or answered consent. */
export function accountOf(world: World, path: string, parameters: Parameters): Account | undefined {
  if (path === '/oauth/authorize') {
    const id = text(parameters, 'account') ?? world.state.login?.accountId;
    return typeof id === 'string' ? world.index.byId(id) : undefined;
  }
  if (path === '/oauth/access_token') {
    const code = world.state.codes.find(({ value }) => value === parameters['code']);
    return code && world.index.byId(code.accountId);
  }
  const token = text(parameters, 'access_token');
  return token === undefined ? undefined : world.index.byToken(token);
}
