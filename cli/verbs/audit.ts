import { auditPages, repairLines, runLine } from '../audit/audit-page';
import { type Io } from '../output/io';
import { load } from '../load';
import { say, sayJson } from '../output/output';
import { type Verb } from '../verb';
import { JSON_OPTION } from './common';

export const auditVerb: Verb = (program, io) => {
  const audit = program
    .command('audit')
    .description('Show the last audit result and the schedule. Uses the database and Temporal.')
    .option(...JSON_OPTION)
    .action(async (options: { json?: true }) => show(io, options.json === true));
  audit
    .command('run')
    .description('Run the audit now and wait up to 10 minutes for the result.')
    .option('--dry-run', 'list what would be repaired, and repair nothing')
    .option(...JSON_OPTION)
    .action(async ({ dryRun }: { dryRun?: true }, command: { optsWithGlobals(): { json?: true } }) => {
      const json = command.optsWithGlobals().json === true;
      await (dryRun ? lookOnly(io, json) : runNow(io, json));
    });
};

async function show(io: Io, json: boolean): Promise<void> {
  await load.audit().withAudit(io, async (audit) => {
    const report = await audit.report();
    if (json) sayJson(io, report);
    else say(io, ...auditPages(report, Date.now()));
  });
}

async function lookOnly(io: Io, json: boolean): Promise<void> {
  await load.audit().withAudit(io, async (audit) => {
    const repairs = await audit.dryRun();
    if (json) sayJson(io, repairs);
    else say(io, ...repairLines(repairs));
  });
}

async function runNow(io: Io, json: boolean): Promise<void> {
  await load.audit().withAudit(io, async (audit) => {
    const run = await audit.runNow();
    if (json) sayJson(io, run);
    else say(io, `Audit finished: ${runLine(run)}`);
  });
}
