import { Command, CommanderError } from 'commander';
import { packageVersion } from '../adapters/package-version';
import { ChildFailure, Failure, UsageError } from './failures';
import { type Io } from './output/io';
import { note, paint, printable, sayJson } from './output/output';
import { Refusal } from './http/problem';
import { type Verb } from './verb';
import { connectLinksVerb, consoleSessionsVerb, embedTokensVerb } from './verbs/access';
import { apiKeysVerb } from './verbs/api-keys';
import { auditVerb } from './verbs/audit';
import { auditLogVerb } from './verbs/audit-log';
import { bulkVerb } from './verbs/bulk';
import { completionVerb } from './verbs/completion';
import { connectVerb } from './verbs/connect';
import { contactVerb } from './verbs/contact';
import { consoleVerb } from './verbs/console';
import { deliveriesVerb } from './verbs/deliveries';
import { doctorVerb } from './verbs/doctor';
import { eventsVerb } from './verbs/events';
import { fleetVerb } from './verbs/fleet';
import { exportVerb } from './verbs/export';
import { importVerb } from './verbs/import';
import { keysVerb } from './verbs/keys';
import { listVerb } from './verbs/list';
import { mailVerb } from './verbs/mail';
import {
  disconnectVerb,
  forgetVerb,
  pauseVerb,
  recheckVerb,
  reconnectLinkVerb,
  refreshVerb,
  resumeVerb,
} from './verbs/operate';
import { apiVerb, migrateVerb, simulatorVerb, workerVerb } from './verbs/processes';
import { sandboxVerb } from './verbs/sandbox';
import { statusVerb } from './verbs/status';
import { temporalVerb } from './verbs/temporal';
import { webhooksVerb } from './verbs/webhooks';

const GROUPS: [string, Verb[]][] = [
  [
    'Connections:',
    [
      connectVerb,
      listVerb,
      statusVerb,
      contactVerb,
      refreshVerb,
      recheckVerb,
      pauseVerb,
      resumeVerb,
      disconnectVerb,
      reconnectLinkVerb,
      forgetVerb,
    ],
  ],
  [
    'Access:',
    [apiKeysVerb, consoleVerb, consoleSessionsVerb, connectLinksVerb, embedTokensVerb, auditLogVerb],
  ],
  ['Notifications:', [webhooksVerb, deliveriesVerb, mailVerb]],
  ['Fleet:', [eventsVerb, fleetVerb, bulkVerb, auditVerb]],
  [
    'Processes and set-up:',
    [workerVerb, apiVerb, simulatorVerb, migrateVerb, keysVerb, doctorVerb, temporalVerb, completionVerb],
  ],
  ['Moving:', [importVerb, exportVerb]],
  ['Sandbox:', [sandboxVerb]],
];

const ABOUT = `
Settings:
  EVERGRANT_URL        where the API is (default: 127.0.0.1 and EVERGRANT_HTTP_PORT, 3000)
  EVERGRANT_API_KEY    the key to it (default: what is in <EVERGRANT_DATA_DIR or .data>/api-key)

An <id> may also be @username or your own external id. Instead of one, verbs that change connections
take conditions: --state, --reason, --owner-ref, --expiring-within-days or --all.
Exit codes: 0 done, 1 failed, 2 wrong usage.`;

/** Runs one command. @returns the exit code: 0 done, 1 failed, 2 wrong usage */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  try {
    await buildProgram(io).parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    return report(error, io, args.includes('--json'));
  }
}

function buildProgram(io: Io): Command {
  const program = new Command('evergrant')
    .description('Keeps Instagram connections alive.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help, also on one verb')
    .helpCommand(false)
    .addHelpText('after', ABOUT)
    .showHelpAfterError('(`npx evergrant --help` lists the verbs; with a verb, its options)')
    // The Temporal CLI has options of its own.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out.write(text),
      writeErr: (text) => io.err.write(text),
      getOutHelpWidth: () => io.out.columns ?? 100,
      getErrHelpWidth: () => io.err.columns ?? 100,
    });
  for (const [heading, verbs] of GROUPS) {
    program.commandsGroup(heading);
    for (const verb of verbs) verb(program, io);
  }
  addHelp(program);
  return program;
}

/** Commander's own stops at the first word: `help sandbox advance` would be help on `sandbox`. */
function addHelp(program: Command): void {
  for (const verb of program.commands)
    if (verb.commands.length > 0 && verb.name() !== 'temporal') verb.helpCommand(true);
  program
    .commandsGroup('Help:')
    .command('help')
    .description('Print help on a verb, such as `help list` or `help sandbox advance`.')
    .argument('[verb...]', 'the verb, and what follows it')
    .action((words: string[]) => {
      let found = program;
      for (const word of words) {
        const next = found.commands.find((command) => command.name() === word);
        if (!next) return found.error(`error: unknown command '${word}'`);
        found = next;
      }
      return found.outputHelp();
    });
}

function report(error: unknown, io: Io, json: boolean): number {
  // Commander has written what there is to say. Its code 1 is always wrong usage.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ChildFailure) return error.code;
  if (json && error instanceof Refusal) sayJson(io, error.problem);
  const { message } = error as Error;
  note(io, `${paint(io, 'red', 'error:')} ${message.split('\n').map(printable).join('\n')}`);
  if (error instanceof Failure) note(io, ...error.hints.map((hint) => `  ${printable(hint)}`));
  else if (isUnexpected(error)) note(io, (error as Error).stack ?? '');
  return error instanceof UsageError ? 2 : 1;
}

/** Not one of the errors that are written for people. */
function isUnexpected(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}
