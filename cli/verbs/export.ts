import { Option } from 'commander';
import { load } from '../load';
import { type Verb } from '../verb';
import { YES_OPTION } from './common';

interface Options {
  format?: 'csv' | 'jsonl';
  output?: string;
  withTokens?: true;
  yes?: true;
}

export const exportVerb: Verb = (program, io) => {
  program
    .command('export')
    .description(
      'Export all connections as JSON Lines or CSV, without secrets. Uses the database and the key ring.',
    )
    .addOption(
      new Option('--format <format>', 'by default as the file is named, else JSON Lines').choices([
        'csv',
        'jsonl',
      ]),
    )
    .option('--output <file>', 'write to this new file, which only its owner can read')
    .option(
      '--with-tokens',
      'with access tokens, for `import`; asks first, and needs an API key with the scopes token and admin',
    )
    .option(...YES_OPTION)
    .action(async ({ format, output, withTokens, yes }: Options) =>
      load.export().runExport(io, {
        format: format ?? null,
        output: output ?? null,
        withTokens: withTokens === true,
        isSure: yes === true,
      }),
    );
};
