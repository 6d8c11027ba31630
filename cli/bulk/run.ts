import { type BulkAction, hasEnded } from '../../core/fleet/bulk-operations';
import { bulkTitle, connections, outcomesText } from '../../core/text/bulk-operations';
import { Failure } from '../failures';
import { type BulkOperation, type Integration } from '../http/answers';
import { type Api } from '../http/api';
import { allPages } from '../http/pages';
import { Refusal } from '../http/problem';
import { confirm } from '../output/confirm';
import { type Io } from '../output/io';
import { note, say, sayJson } from '../output/output';
import { paceText, withProgress } from '../output/progress';
import { listColumns } from '../verbs/list';
import { sayTable } from '../output/list';
import { type BulkOptions, type Selection, conditionsOf, operationFor } from './selection';

export const BULK_PATH = '/v1/bulk-operations';
const LOOK_EVERY_MS = 1_000;

/**
 * Does something with all connections that match, and shows how far it has come.
 * @param question asked before, with the number of connections; null: it can be taken back
 */
export async function runBulk(
  io: Io,
  api: Api,
  action: BulkAction,
  options: BulkOptions & { json?: true; yes?: true },
  question: ((count: number) => string) | null = null,
): Promise<void> {
  const wanted = operationFor(action, options);
  const { total }: { total: number } = await api.post(BULK_PATH, { ...wanted, dryRun: true });
  if (options.dryRun) return showMatching(io, api, options, total);
  if (question && !options.yes && total > 0) await confirm(io, question(total));
  const begun: BulkOperation = await api.post(BULK_PATH, wanted);
  const ended = options.wait ? await followOperation(io, api, begun) : begun;
  if (options.json) sayJson(io, ended);
  else say(io, ...summary(ended));
  if (!hasEnded(ended.state)) return hintsFor(io, ended);
  const { failed = 0 } = ended.outcomes;
  if (failed > 0)
    throw new Failure(`Failed for ${connections(failed)}.`, [
      `See why with \`npx evergrant bulk show ${ended.id} --outcome failed\`.`,
    ]);
}

/** What `--dry-run` says. The list has connections, too, in whose state the action does nothing. */
async function showMatching(
  io: Io,
  api: Api,
  options: Selection & { json?: true },
  total: number,
): Promise<void> {
  const found = await allPages<Integration>(api, '/v1/integrations', conditionsOf(options), options.limit);
  if (options.json) return sayJson(io, { total, data: found.data });
  if (found.data.length > 0) sayTable(io, listColumns(api.now()), found.data);
  say(io, `${connections(total)} would be affected. Nothing was changed.`);
  if (total > options.limit)
    note(io, `That is more than --limit ${options.limit}: raise it to include them all.`);
}

/** Waits until an operation ends, or the user stops waiting: it goes on without them. */
export async function followOperation(io: Io, api: Api, begun: BulkOperation): Promise<BulkOperation> {
  const stop = io.stopSignal();
  const startedAt = Date.now();
  let now = begun;
  const text = () => {
    const { action, total, done, state } = now;
    const pace = paceText(done - begun.done, total > 0 ? done / total : null, Date.now() - startedAt);
    return `${bulkTitle(action, total)}: ${done.toLocaleString('en')} done${state === 'paused' ? ', paused' : pace}`;
  };
  await withProgress(io, text, async () => {
    while (!hasEnded(now.state) && !stop.aborted) {
      await io.pause(LOOK_EVERY_MS, stop);
      now = await api.get<BulkOperation>(`${BULK_PATH}/${now.id}`).catch((error: unknown) => {
        // A server that restarts is waited for.
        if (error instanceof Refusal || !(error instanceof Failure)) throw error;
        return now;
      });
    }
  });
  return now;
}

function summary({ action, total, state, outcomes, id }: BulkOperation): string[] {
  if (total === 0) return ['No connection matches.'];
  const name = bulkTitle(action, total);
  return [
    `${name}: ${state}.`,
    ...(Object.keys(outcomes).length > 0 ? [outcomesText(outcomes)] : []),
    `ID: ${id}`,
  ];
}

function hintsFor(io: Io, { id }: BulkOperation): void {
  note(
    io,
    `It goes on in the background. Follow it with \`npx evergrant bulk show ${id} --follow\`,`,
    `stop it with \`npx evergrant bulk pause ${id}\` or \`bulk cancel ${id}\`.`,
  );
}
