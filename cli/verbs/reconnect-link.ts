import { type ConnectLink } from '../http/answers';
import { findId, pathOf } from '../http/find';
import { note, say, sayJson } from '../output/output';
import { type Verb } from '../verb';
import { both } from '../output/times';
import { ID, JSON_OPTION, openApi } from './common';

export const reconnectLinkVerb: Verb = (program, io) => {
  program
    .command('reconnect-link')
    .description('Create a connect or reconnect link for the owner, valid for 24 hours.')
    .argument(...ID)
    .option('--return-to <url>', 'where to send the owner afterwards; the origin must be allowed')
    .option(...JSON_OPTION)
    .action(async (given: string, options: { returnTo?: string; json?: true }) => {
      const api = openApi(io);
      const { returnTo } = options;
      const link: ConnectLink = await api.post(
        pathOf(await findId(api, given), '/connect-links'),
        returnTo === undefined ? {} : { returnTo },
      );
      if (options.json) return sayJson(io, link);
      say(io, link.url);
      note(io, `Valid until ${both(link.expiresAt, api.now())}.`);
    });
};
