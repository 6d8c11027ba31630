import { UsageError } from '../failures';
import { type Io } from '../output/io';
import { lazy } from '../lazy';
import { type Verb } from '../verb';

interface RotateOptions {
  wait?: true;
  force?: true;
  out?: string;
}

export const keysVerb: Verb = (program, io) => {
  const keys = program
    .command('keys')
    .description('Look after the keys that tokens and texts are sealed with; uses database and key ring.');
  keys
    .command('status')
    .description('Show each key, what it seals and which processes have it, and what to do next.')
    .option('--json', 'print it as JSON')
    .action(async ({ json }: { json?: true }) => lazy.keys().showStatus(io, json === true));
  keys
    .command('rotate')
    .description(
      'Add a new key to the key file; called again, when every process has it, put it first, so that it seals.',
    )
    .option('--wait', 'do both, as soon as all processes are ready for it')
    .option('--force', 'put it first although some processes do not have it')
    .option('--out <file>', 'write the new ring to this new file and leave the one in use alone')
    .action(async (options: RotateOptions) => rotate(io, options));
  keys
    .command('rewrap')
    .description('Seal anew what older keys have sealed; may be stopped, and goes on when it is run again.')
    .option('--json', 'print the result as JSON')
    .action(async ({ json }: { json?: true }) => lazy.keys().rewrap(io, json === true));
  keys
    .command('retire')
    .description('Take a key out of use that nothing needs any more.')
    .argument('<key id>', 'as `keys status` shows it')
    .action(async (id: string) => lazy.keys().retireKey(io, id));
};

async function rotate(io: Io, options: RotateOptions): Promise<void> {
  if (options.wait && options.out !== undefined)
    throw new UsageError('--wait follows the key file that processes read; leave --out away.');
  await lazy.keys().rotate(io, options);
}
