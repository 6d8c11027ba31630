import { databaseFailure } from '../failures';
import { type Io } from '../output/io';
import { lazy } from '../lazy';
import { note, say } from '../output/output';
import { withLocalServers } from '../settings';
import { type Verb } from '../verb';

export const migrateVerb: Verb = (program, io) => {
  program
    .command('migrate')
    .description('Migrate the database of DATABASE_URL to the latest schema.')
    .action(async () => bringUp(io));
};

async function bringUp(io: Io): Promise<void> {
  const settings = lazy.loadSettings()(withLocalServers(io.env), ['DATABASE_URL']);
  const done = await lazy
    .migrate()(settings.DATABASE_URL?.reveal() ?? '', (name) => note(io, `${name} …`))
    .catch((error: unknown) => {
      throw databaseFailure(error);
    });
  say(
    io,
    done.length === 0
      ? 'The schema is up to date.'
      : `The schema is up to date: ${done.length} migration${done.length === 1 ? '' : 's'} ran.`,
  );
}
