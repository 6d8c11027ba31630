import { type ConnectLink } from '../http/answers';
import { note, say, sayJson } from '../output/output';
import { both } from '../output/times';
import { type Verb } from '../verb';
import { JSON_OPTION, openApi } from './common';

export const consoleVerb: Verb = (program, io) => {
  program
    .command('console')
    .description('Print a sign-in link for the console. It works once, for 10 minutes.')
    .option(...JSON_OPTION)
    .action(async (options: { json?: true }) => {
      const api = openApi(io);
      const link: ConnectLink = await api.post('/v1/console-links');
      if (options.json) return sayJson(io, link);
      say(io, link.url);
      // By the machine's clock, also where the server is a sandbox whose time was moved.
      note(io, `Works once, until ${both(link.expiresAt, Date.now())}. Do not share it.`);
    });
};
