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
    .description('Disconnect an integration permanently and delete its token.')
    .argument(...ID)
    .option('-y, --yes', 'do not ask for confirmation')
    .option(...JSON_OPTION)
    .action(async (given: string, options: { yes?: true; json?: true }) => {
      const api = openApi(io);
      const integration = await findOne(api, given);
      if (!options.yes && integration.state !== 'disconnected') await confirm(io, integration);
      await api.delete(pathOf(integration.id));
      if (options.json) return sayJson(io, await api.get(pathOf(integration.id)));
      say(io, `Disconnected ${nameOf(integration)}. Its token has been deleted.`);
    });
};

async function confirm(io: Io, integration: Integration): Promise<void> {
  const question = `Disconnect ${nameOf(integration)} (${integration.id}, owner ${integration.ownerRef})? This deletes its token. [y/N] `;
  const answer = await io.ask(printable(question));
  if (answer === null) throw new UsageError('Not interactive: pass --yes to confirm.');
  if (!/^y(es)?$/i.test(answer.trim())) throw new Failure('No changes made.');
}
