import { type Command, Option } from 'commander';
import { type Io } from '../output/io';
import { say, sayJson } from '../output/output';
import { withProgress } from '../output/progress';
import { type Sandbox, openSandbox } from '../sandbox';
import { inWords } from '../../core/text/human-time';
import { absolute, parseDuration } from '../output/times';
import { type Verb } from '../verb';
import { JSON_OPTION, wholeNumber } from './common';

interface SandboxAccount {
  id: string;
  username: string;
}

export const sandboxVerb: Verb = (program, io) => {
  const sandbox = program
    .command('sandbox')
    .description(
      "Move the sandbox's time, and play Instagram and the accounts' owners (only under `npm start`).",
    );
  addTime(sandbox, io);
  addAccounts(sandbox, io);
  addTrouble(sandbox, io);
};

function addTime(sandbox: Command, io: Io): void {
  sandbox
    .command('advance')
    .description('Move the simulator and all lifecycles forward. Returns when all due work is done.')
    .argument('<duration>', 'how far: 46d, 12h, 30m, 90s, 2w or together as in 1d12h', parseDuration)
    .option(...JSON_OPTION)
    .action(async (milliseconds: number, options: { json?: true }) => {
      const arrival = await advance(io, openSandbox(io), milliseconds);
      if (options.json) return sayJson(io, arrival);
      say(
        io,
        `It is now ${absolute(arrival.now)} in the sandbox (${arrival.steps} step${arrival.steps === 1 ? '' : 's'}).`,
      );
    });
  sandbox
    .command('clock')
    .description('Show the sandbox time.')
    .option(...JSON_OPTION)
    .action(async (options: { json?: true }) => {
      const clock = await openSandbox(io).get<{ now: string }>('/clock');
      if (options.json) return sayJson(io, clock);
      say(io, absolute(clock.now));
    });
}

interface SandboxClock {
  now: string;
  /** While time is being moved. */
  moving?: { from: string; to: string; now: string };
}

/** Shows on the way how far the sandbox's clock has come. */
async function advance(
  io: Io,
  sandbox: Sandbox,
  milliseconds: number,
): Promise<{ now: string; steps: number }> {
  let seen = '';
  let asking = false;
  const look = () => {
    if (asking) return;
    asking = true;
    void sandbox
      .get<SandboxClock>('/clock')
      .then((clock) => (seen = progressOf(clock)))
      .catch(() => undefined)
      .finally(() => (asking = false));
  };
  const text = () => {
    look();
    return `Moving ${inWords(milliseconds)} forward${seen}`;
  };
  return withProgress(io, text, () => sandbox.post('/advance', { seconds: milliseconds / 1000 }, null));
}

function progressOf({ now, moving }: SandboxClock): string {
  if (!moving) return `: ${absolute(now)}`;
  const [from, to, at] = [moving.from, moving.to, moving.now].map((text) => Date.parse(text));
  return `: ${absolute(moving.now)}, ${Math.floor(((at! - from!) / (to! - from!)) * 100)} %`;
}

function addAccounts(sandbox: Command, io: Io): void {
  sandbox
    .command('account')
    .description('Add an Instagram account to the simulator.')
    .argument('<username>', 'its name, with or without @')
    .option('--conversations <n>', 'number of conversations', wholeNumber)
    .option(...JSON_OPTION)
    .action(async (username: string, { conversations, json }: { conversations?: number; json?: true }) => {
      const account = await openSandbox(io).post<SandboxAccount>('/accounts', {
        username: bare(username),
        ...(conversations !== undefined && { conversations }),
      });
      if (json) return sayJson(io, account);
      say(io, `Added @${account.username} (${account.id}).`);
    });
  sandbox
    .command('login')
    .description('Set who logs in at the next consent page and their decision.')
    .argument('<username>', 'the account, with or without @')
    .option('--deny', 'deny access (default: allow)')
    .option(
      '--scopes <list>',
      'what they allow, comma separated (default: all that is asked for)',
      commaSeparated,
    )
    .option(...JSON_OPTION)
    .action(
      async (username: string, { deny, scopes, json }: { deny?: true; scopes?: string[]; json?: true }) => {
        const decision = deny ? 'deny' : 'allow';
        const answer = await openSandbox(io).post('/login', {
          account: bare(username),
          decision,
          ...(scopes && { scopes }),
        });
        if (json) return sayJson(io, answer);
        say(io, `At the next consent page @${bare(username)} will ${decision}.`);
      },
    );
  sandbox
    .command('inbound')
    .description('Send a customer message to an account.')
    .argument('<username>', 'the account that is written to, with or without @')
    .argument('<text>', 'what is written, at most 1,000 characters')
    .option(...JSON_OPTION)
    .action(async (username: string, text: string, options: { json?: true }) => {
      const message = await openSandbox(io).post(`${accountPath(username)}/inbound`, { text });
      if (options.json) return sayJson(io, message);
      say(io, `@${bare(username)} has a new message.`);
    });
}

function addTrouble(sandbox: Command, io: Io): void {
  sandbox
    .command('invalidate')
    .description('Invalidate all tokens of an account, as after a password change.')
    .argument('<username>', 'the account, with or without @')
    .option(
      '--subcode <n>',
      "Instagram's error subcode: 460 password changed, 458 app removed, 459 checkpoint, 463 expired",
      wholeNumber,
    )
    .option(...JSON_OPTION)
    .action(async (username: string, { subcode, json }: { subcode?: number; json?: true }) => {
      const account = await openSandbox(io).post(
        `${accountPath(username)}/invalidate`,
        subcode === undefined ? {} : { subcode },
      );
      if (json) return sayJson(io, account);
      say(io, `Tokens of @${bare(username)} invalidated. Evergrant will notice on the next call.`);
    });
  sandbox
    .command('outage')
    .description('Simulate an Instagram outage (every call returns 503), or end it and all other faults.')
    .addArgument(sandbox.createArgument('<on|off>', 'whether it is out').choices(['on', 'off']))
    .addOption(new Option(...JSON_OPTION))
    .action(async (wanted: 'on' | 'off', options: { json?: true }) => {
      const answer = await openSandbox(io).post('/outage', { on: wanted === 'on' });
      if (options.json) return sayJson(io, answer);
      say(io, wanted === 'on' ? 'Outage on: every Instagram call returns 503.' : 'Outage off.');
    });
}

function bare(username: string): string {
  return username.replace(/^@/, '');
}

function accountPath(username: string): string {
  return `/accounts/${encodeURIComponent(bare(username))}`;
}

function commaSeparated(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}
