import { createHash } from 'node:crypto';
import {
  type ImportedRow,
  addImportedRow,
  otherRowOf,
} from '../../adapters/postgres/importing/imported-rows';
import { ImportRefused } from '../../core/importing/refusals';
import { INVALID_HINT, UNDECIDED, refusalText } from '../../core/text/import';
import { type GivenGrant } from '../../core/importing/policy';
import { type WantedConnection, importToken, tryToken } from '../../services/importing/import-token';
import { cliActor } from '../user';
import { type GivenRow } from './columns';
import { type ImportWorld } from './open';
import { type Patience, Undecided } from './patience';

/** What becomes of a row. */
export interface RowOutcome {
  row: number;
  line: number | null;
  outcome: 'taken' | 'already' | 'refused';
  /** Stable word for the reason; null: there is none. */
  code: string | null;
  reason: string | null;
  /** What to do about it. */
  hint: string | null;
  integrationId: string | null;
  ownerRef: string | null;
  externalId: string | null;
}

export type Place = Pick<RowOutcome, 'row' | 'line'>;

/** What is known of a row in the journal: its token and its owner. Tokens are random: none can be guessed from it. */
export function digestOf({ accessToken, ownerRef }: GivenRow): Buffer {
  return createHash('sha256').update(`${accessToken.reveal()}\0${ownerRef}`).digest();
}

/** Where rows come from, as the journal knows it. */
export function sourceDigest(name: string): Buffer {
  return createHash('sha256').update(name).digest();
}

/** Takes rows over, one at a time each; `source` is that of all of them. */
export function createTaker(world: ImportWorld, patience: Patience, source: Buffer) {
  const by = cliActor();

  return async function take(place: Place, given: GivenRow): Promise<RowOutcome> {
    const journal = { digest: digestOf(given), source, rowNumber: place.row };
    const { wanted, grant } = requestOf(given);
    return decided(place, given, async () => {
      const { integration, outcome } = await patience.ask((isLast) =>
        importToken(world, wanted, grant, {
          by,
          isOneOfMany: true,
          mustProveScopes: !isLast,
          alongside: (db, { id }) => addImportedRow(db, { ...journal, integrationId: id }, world.clock.now()),
        }),
      );
      const row = { ...journal, integrationId: integration.id };
      if (outcome === 'taken') return { outcome, integrationId: integration.id };
      const other = await otherRowOf(world.pool, row);
      await addImportedRow(world.pool, row, world.clock.now());
      return { outcome, integrationId: integration.id, ...alreadyText(other) };
    });
  };
}

/** The same without changing anything. Remembers accounts, about a hundred bytes for each row. */
export function createTrial(world: ImportWorld, patience: Patience) {
  const rowOfAccount = new Map<string, number>();

  return async function tryRow(place: Place, given: GivenRow): Promise<RowOutcome> {
    const { wanted, grant } = requestOf(given);
    return decided(place, given, async () => {
      const { would, accountId, integrationId } = await patience.ask(() => tryToken(world, wanted, grant));
      const other = rowOfAccount.get(`${accountId} ${wanted.ownerRef}`) ?? null;
      rowOfAccount.set(`${accountId} ${wanted.ownerRef}`, other ?? place.row);
      if (would === 'keep' || other !== null)
        return { outcome: 'already', integrationId, ...alreadyText(other) };
      return { outcome: 'taken', integrationId };
    });
  };
}

/** A row that the journal knows as done. */
export function doneBefore(place: Place, given: GivenRow, known: ImportedRow, source: Buffer): RowOutcome {
  const isOther = known.source.equals(source) && known.rowNumber !== place.row;
  const { integrationId } = known;
  return outcomeOf(place, given, {
    outcome: 'already',
    integrationId,
    ...(isOther
      ? alreadyText(known.rowNumber)
      : { code: 'imported_before', reason: 'Imported by an earlier run.' }),
  });
}

/** A row that cannot be read. */
export function invalidRow(place: Place, problems: readonly string[]): RowOutcome {
  const reason = problems.join(' ');
  return outcomeOf(place, null, { outcome: 'refused', code: 'invalid_row', reason, hint: INVALID_HINT });
}

async function decided(
  place: Place,
  given: GivenRow,
  decide: () => Promise<Partial<RowOutcome> & Pick<RowOutcome, 'outcome'>>,
): Promise<RowOutcome> {
  try {
    return outcomeOf(place, given, await decide());
  } catch (error) {
    if (error instanceof Undecided)
      return outcomeOf(place, given, { outcome: 'refused', code: 'provider_unavailable', ...UNDECIDED });
    if (!(error instanceof ImportRefused)) throw error;
    return outcomeOf(place, given, {
      outcome: 'refused',
      code: error.why,
      ...refusalText(error.why, error.product),
    });
  }
}

function outcomeOf(
  { row, line }: Place,
  given: GivenRow | null,
  known: Partial<RowOutcome> & Pick<RowOutcome, 'outcome'>,
): RowOutcome {
  return {
    row,
    line,
    code: null,
    reason: null,
    hint: null,
    integrationId: null,
    ownerRef: given?.ownerRef ?? null,
    externalId: given?.externalId ?? null,
    ...known,
  };
}

function alreadyText(otherRow: number | null) {
  if (otherRow === null)
    return { code: 'connected', reason: 'The account is connected, and its connection works. It was kept.' };
  return { code: 'same_account', reason: `The same account as row ${otherRow}.` };
}

function requestOf({ ownerRef, externalId, email, paused, ...grant }: GivenRow): {
  wanted: WantedConnection;
  grant: GivenGrant;
} {
  const contact = email === undefined ? {} : { contact: { email } };
  return { wanted: { ownerRef, externalId, ...contact, isPaused: paused === true }, grant };
}
