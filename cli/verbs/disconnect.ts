import { type Integration } from '../http/answers';
import { Failure, UsageError } from '../failures';
import { findOne, pathOf } from '../http/find';
import { type Io } from '../output/io';
import { printable, say, sayJson } from '../output/output';
import { type Verb } from '../verb';
import { ID, JSON_OPTION, nameOf, openApi } from './common';

export const disconnectVerb: Verb = (program, io) => {
  program
    .command('disconnect')
    .description('End an integration for good; its token is erased at once.')
    .argument(...ID)
    .option('-y, --yes', 'do not ask')
    .option(...JSON_OPTION)
    .action(async (given: string, options: { yes?: true; json?: true }) => {
      const api = openApi(io);
      const integration = await findOne(api, given);
      if (!options.yes && integration.state !== 'disconnected') await confirm(io, integration);
      await api.delete(pathOf(integration.id));
      if (options.json) return sayJson(io, await api.get(pathOf(integration.id)));
      say(io, `Disconnected ${nameOf(integration)}. Its token is erased.`);
    });
};

async function confirm(io: Io, integration: Integration): Promise<void> {
  const question = `Disconnect ${nameOf(integration)} (${integration.id}, owner ${integration.ownerRef})? Its token is erased. [y/N] `;
  const answer = await io.ask(printable(question));
  if (answer === null)
    throw new UsageError('Nobody can be asked here. Say --yes to disconnect without a question.');
  if (!/^y(es)?$/i.test(answer.trim())) throw new Failure('Nothing was changed.');
}
