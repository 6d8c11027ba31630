import { UsageError } from '../failures';
import { type Io } from '../output/io';
import { load } from '../load';
import { type Verb } from '../verb';
import { YES_OPTION } from './common';

interface RotateOptions {
  wait?: true;
  force?: true;
  out?: string;
}

export const keysVerb: Verb = (program, io) => {
  const keys = program
    .command('keys')
    .description('Manage encryption keys. Uses the database and the key ring.');
  keys
    .command('status')
    .description('Show each key, its use, the processes that have it, and the next step.')
    .option('--json', 'print as JSON')
    .action(async ({ json }: { json?: true }) => load.keys.status().showStatus(io, json === true));
  keys
    .command('rotate')
    .description(
      'Add a new key to the key file. Run again when every process has it, to make it the primary key.',
    )
    .option('--wait', 'do both, and wait until all processes are ready')
    .option('--force', 'make it the primary key even if some processes do not have it')
    .option('--out <file>', 'write the new ring to this file and leave the current one unchanged')
    .action(async (options: RotateOptions) => rotate(io, options));
  keys
    .command('rewrap')
    .description('Re-encrypt data of older keys with the primary key. Can be stopped and run again.')
    .option('--json', 'print the result as JSON')
    .action(async ({ json }: { json?: true }) => load.keys.rewrap().rewrap(io, json === true));
  keys
    .command('retire')
    .description('Retire a key that is no longer needed.')
    .argument('<key id>', 'as shown by `keys status`')
    .option(...YES_OPTION)
    .action(async (id: string, { yes }: { yes?: true }) =>
      load.keys.retire().retireKey(io, id, yes === true),
    );
};

async function rotate(io: Io, options: RotateOptions): Promise<void> {
  if (options.wait && options.out !== undefined) throw new UsageError('--wait and --out cannot be combined.');
  await load.keys.rotate().rotate(io, options);
}
