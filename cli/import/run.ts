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
import { inWords } from '../../core/text/human-time';
import { type Io } from '../output/io';
import { note, printable } from '../output/output';
import { withProgress } from '../output/progress';
export { readMapping } from './columns';
import { type ColumnOptions, type GivenRow, checkHeader, readRow } from './columns';
import { openFile } from './file';
import { type ImportWorld, withImport } from './open';
import { createPatience } from './patience';
import { type Counts, type Printer, createPrinter } from './print';
import { type Report, openReport } from './report';
import { type RawRow, type RowSource } from './rows';

/** Rows that are read, looked up in the journal and reported together. */
const BATCH = 200;
/** Rows at Instagram at a time. */
const LANES = 8;

export interface ImportOptions extends ColumnOptions {
  dryRun: boolean;
  /** Where refused rows are written to; null: nowhere. */
  report: string | null;
  json: boolean;
}

/** Imports a file, or standard input for `-`. @throws Failure when a row was refused, or not all were reached */
export async function importFile(io: Io, name: string, options: ImportOptions): Promise<void> {
  await importFrom(io, options, () => openFile(name, io.in));
}

/** @param open opened once everything else is there */
export async function importFrom(
  io: Io,
  options: ImportOptions,
  open: () => Promise<RowSource>,
): Promise<void> {
  const stop = io.stopSignal();
  const source = await open();
  if (source.columns) {
    const unused = checkHeader(source.columns, options);
    if (unused.length > 0) note(io, `Ignored columns: ${unused.map(printable).join(', ')}.`);
  }
  const report = options.report === null ? null : openReport(options.report);
  const printer = createPrinter(io, options);
  try {
    await withImport(io, async (world) => {
      const stopped = await importRows(io, world, source, options, { stop, report, printer });
      printer.end(stopped, world.unsignalled());
    });
  } finally {
    await report?.close();
  }
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
        if (outcome.outcome === 'refused') await report?.add(outcome);
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
  const rate = done === 0 ? '' : `, ${Math.round((done / tookMs) * 1000)} a second`;
  const percent = share === null ? '' : ` (${Math.floor(share * 100)} %)`;
  const left =
    share === null || share === 0 || done === 0 ? '' : `, ${inWords((tookMs / share) * (1 - share))} left`;
  const refusals = refused === 0 ? '' : `, ${refused} refused`;
  const wait = isWaiting ? ', waiting for Instagram' : '';
  return `Importing: ${done} rows${percent}${rate}${left}${refusals}${wait}`;
}
