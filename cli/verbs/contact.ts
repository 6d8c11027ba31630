import { UsageError } from '../failures';
import { type Integration } from '../http/answers';
import { findId, findOne, pathOf } from '../http/find';
import { printable, say, sayJson } from '../output/output';
import { type Verb } from '../verb';
import { ID, JSON_OPTION, nameOf, openApi } from './common';

interface Options {
  remove?: true;
  json?: true;
}

export const contactVerb: Verb = (program, io) => {
  program
    .command('contact')
    .description('Show, set or remove the email address of the owner of a connection.')
    .argument(...ID)
    .argument('[email]', 'the new address')
    .option('--remove', 'remove the address: emails go to operators instead')
    .option(...JSON_OPTION)
    .action(async (given: string, email: string | undefined, { remove, json }: Options) => {
      if (email !== undefined && remove) throw new UsageError('Give an address or --remove, not both.');
      const api = openApi(io);
      const isChange = email !== undefined || remove === true;
      const integration: Integration = isChange
        ? await api.patch(pathOf(await findId(api, given)), {
            contact: email === undefined ? null : { email },
          })
        : await findOne(api, given);
      if (json) return sayJson(io, integration);
      const { contact } = integration;
      const name = nameOf(integration);
      if (!contact) return say(io, `${name} has no contact. Emails go to operators.`);
      const address = printable(contact.email);
      say(io, isChange ? `Emails about ${name} go to ${address} from now on.` : address);
    });
};
