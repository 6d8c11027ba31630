import { type Command } from 'commander';
import { type Integration } from '../http/answers';
import { findId, pathOf } from '../http/find';
import { type Io } from '../output/io';
import { say, sayJson } from '../output/output';
import { type Verb } from '../verb';
import { ID, JSON_OPTION, nameOf, openApi } from './common';

export const pauseVerb: Verb = (program, io) =>
  add(program, io, 'pause', 'Pause scheduled refreshes until 3 days before expiry.', (name) => {
    return `Paused ${name}: no scheduled refresh until 3 days before expiry.`;
  });

export const resumeVerb: Verb = (program, io) =>
  add(program, io, 'resume', 'Resume scheduled refreshes.', (name) => `Resumed ${name}.`);

function add(
  program: Command,
  io: Io,
  verb: 'pause' | 'resume',
  description: string,
  done: (name: string) => string,
): void {
  program
    .command(verb)
    .description(description)
    .argument(...ID)
    .option(...JSON_OPTION)
    .action(async (given: string, options: { json?: true }) => {
      const api = openApi(io);
      const integration: Integration = await api.post(pathOf(await findId(api, given), `/${verb}`));
      if (options.json) return sayJson(io, integration);
      say(io, done(nameOf(integration)));
    });
}
