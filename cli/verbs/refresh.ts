import { type Refreshed } from '../http/answers';
import { findId, pathOf } from '../http/find';
import { say, sayJson } from '../output/output';
import { type Verb } from '../verb';
import { both } from '../output/times';
import { ID, JSON_OPTION, nameOf, openApi } from './common';

export const refreshVerb: Verb = (program, io) => {
  program
    .command('refresh')
    .description('Refresh the token now. The token must be at least 24 hours old.')
    .argument(...ID)
    .option(...JSON_OPTION)
    .action(async (given: string, options: { json?: true }) => {
      const api = openApi(io);
      const answer: Refreshed = await api.post(pathOf(await findId(api, given), '/refresh'));
      if (options.json) return sayJson(io, answer);
      const { integration } = answer;
      const until = integration.expiresAt ? `, valid until ${both(integration.expiresAt, api.now())}` : '';
      say(io, `Refreshed ${nameOf(integration)}: token version ${integration.tokenVersion}${until}.`);
    });
};
