import { asksToCheckAgain } from '../../core/lifecycle/banner';
import { type Recovery } from '../http/answers';
import { Failure } from '../failures';
import { findId, pathOf } from '../http/find';
import { say, sayJson } from '../output/output';
import { type Verb } from '../verb';
import { ID, JSON_OPTION, nameOf, openApi } from './common';

export const recheckVerb: Verb = (program, io) => {
  program
    .command('recheck')
    .description(
      'Check with Instagram whether the token is valid. Works on expired integrations. Waits up to 20 seconds.',
    )
    .argument(...ID)
    .option(...JSON_OPTION)
    .action(async (given: string, options: { json?: true }) => {
      const api = openApi(io);
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
