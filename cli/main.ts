import { processIo } from './output/io';
import { runCli } from './program';

// The reader of the output may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

void runCli(process.argv.slice(2), processIo()).then((code) => {
  process.exitCode = code;
});
