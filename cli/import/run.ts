import { findImportedRows } from '../../adapters/postgres/importing/imported-rows';
import {
  type RowOutcome,
  createTaker,
  createTrial,
  digestOf,
  doneBefore,
  invalidRow,
  sourceDigest,
} from './take-row';
import { loadSettings } from '../../adapters/config';
import { connectionProblem } from '../../adapters/postgres/connection';
import { UsageError } from '../failures';
import { type Io } from '../output/io';
import { note, printable } from '../output/output';
import { paceText, withProgress } from '../output/progress';
export { readMapping } from './columns';
export { tableQuery } from './postgres-query';
import { type ColumnOptions, type GivenRow, checkHeader, readRow } from './columns';
import { openFile } from './file';
import { type ImportWorld, withImport } from './open';
import { type Query, openQuery } from './postgres-query';
import { createPatience } from './patience';
import { type Counts, type Printer, createPrinter } from './print';
import { type Report, openReport } from './report';
import { type RawRow, type RowSource } from './rows';

/** Rows that are read, looked up in the journal and reported together. */
const BATCH = 200;
/** Rows at Instagram at a time. */
const LANES = 24;

export interface ImportOptions extends ColumnOptions {
  dryRun: boolean;
  /** Where refused rows are written to; null: nowhere. */
  report: string | null;
  json: boolean;
}

/** What to import: a file, standard input (`-`), or what a query of another database gives. */
export type ImportSource = { file: string } | { databaseUrl: string | null; query: Query };

/** @throws Failure when a row was refused, or not all were reached */
export async function runImport(io: Io, from: ImportSource, options: ImportOptions): Promise<void> {
  const stop = io.stopSignal();
  const source = await openSource(io, from);
  let report: Report | null = null;
  try {
    if (source.columns) {
      const unused = checkHeader(source.columns, options);
      if (unused.length > 0) note(io, `Ignored columns: ${unused.map(printable).join(', ')}.`);
    }
    report = options.report === null ? null : openReport(options.report);
    const printer = createPrinter(io, options);
    await withImport(io, async (world) => {
      const stopped = await importRows(io, world, source, options, { stop, report, printer });
      printer.end(stopped, options.dryRun ? 0 : await world.startTheRest());
    });
  } finally {
    report?.close();
    await source.close();
  }
}

async function openSource(io: Io, from: ImportSource): Promise<RowSource> {
  if ('file' in from) return openFile(from.file, () => io.in);
  const url = from.databaseUrl ?? loadSettings(io.env).EVERGRANT_IMPORT_DATABASE_URL?.reveal();
  if (url === undefined)
    throw new UsageError('Give --from-database a URL, or set EVERGRANT_IMPORT_DATABASE_URL.');
  const problem = connectionProblem(url);
  if (problem !== null) throw new UsageError(`--from-database ${problem}.`);
  if (from.databaseUrl !== null && new URL(url).password !== '')
    note(
      io,
      'Other users of this machine can see the password in the list of processes. EVERGRANT_IMPORT_DATABASE_URL hides it.',
    );
  return openQuery(url, from.query);
}

interface Run {
  stop: AbortSignal;
  report: Report | null;
  printer: Printer;
}

/** @returns why it ended early; null: it reached the last row */
async function importRows(
  io: Io,
  world: ImportWorld,
  source: RowSource,
  options: ImportOptions,
  { stop, report, printer }: Run,
): Promise<string | null> {
  const patience = createPatience(io, stop);
  const from = sourceDigest(source.name);
  const work = options.dryRun ? createTrial(world, patience) : createTaker(world, patience, from);
  const began = performance.now();
  const text = () =>
    progressText(printer.counts, source.share(), performance.now() - began, patience.isWaiting());
  return withProgress(io, text, async () => {
    for await (const batch of batches(source.rows, BATCH)) {
      const outcomes = await oneBatch(
        world,
        batch,
        options,
        from,
        work,
        () => stop.aborted || patience.hopeless() !== null,
      );
      for (const outcome of outcomes) {
        printer.add(outcome);
        if (outcome.outcome === 'refused') report?.add(outcome);
      }
      if (stop.aborted) return 'Stopped.';
      if (patience.hopeless() !== null) return patience.hopeless();
    }
    return null;
  });
}

async function oneBatch(
  { pool }: ImportWorld,
  batch: readonly RawRow[],
  options: ImportOptions,
  source: Buffer,
  work: (place: RawRow, given: GivenRow) => Promise<RowOutcome>,
  isOver: () => boolean,
): Promise<RowOutcome[]> {
  const outcomes: RowOutcome[] = [];
  const todo: { raw: RawRow; given: GivenRow; digest: Buffer }[] = [];
  for (const raw of batch) {
    const given = readRow(raw, options);
    if (Array.isArray(given)) outcomes.push(invalidRow(raw, given));
    else todo.push({ raw, given, digest: digestOf(given) });
  }
  const known = await findImportedRows(
    pool,
    todo.map(({ digest }) => digest),
  );
  // Those with the least time left first.
  todo.sort((a, b) => (a.given.expiresAt ?? Infinity) - (b.given.expiresAt ?? Infinity));
  const queue = todo.values();
  const lane = async () => {
    for (const { raw, given, digest } of queue) {
      if (isOver()) return;
      const done = known.get(digest.toString('hex'));
      outcomes.push(done ? doneBefore(raw, given, done, source) : await work(raw, given));
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: LANES }, lane));
  const failed = ended.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  return outcomes.sort((a, b) => a.row - b.row);
}

async function* batches<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    if (batch.push(item) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function progressText(
  { taken, already, refused }: Counts,
  share: number | null,
  tookMs: number,
  isWaiting: boolean,
): string {
  const done = taken + already + refused;
  const percent = share === null ? '' : ` (${Math.floor(share * 100)} %)`;
  const refusals = refused === 0 ? '' : `, ${refused} refused`;
  const wait = isWaiting ? ', waiting for Instagram' : '';
  return `Importing: ${done} rows${percent}${paceText(done, share, tookMs)}${refusals}${wait}`;
}
