import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { findIntegration } from '../../adapters/postgres/integrations/integrations';
import { PAYLOAD_LIFE_MS, openPayload, storePayload } from '../../adapters/postgres/messages/sealed-payloads';
import {
  type OpenedPayload,
  type PayloadInput,
  type PayloadReference,
  READABLE_PURPOSES,
} from '../../core/messaging/activities-contract';
import { FAILURE_TYPES } from '../../core/failure-types';
import { type Deps } from '../deps';
import { failure, noIntegration, toApplicationFailure } from '../failures';
import { INPUTS, checkInput } from './check-input';

/** Temporal refuses results from 2 MB. @see https://docs.temporal.io/cloud/limits */
const MAX_PAYLOAD_BYTES = 1_000_000;

type StoreDeps = Pick<Deps, 'pool' | 'sealer' | 'clock'>;

/** Keeps what a workflow asked for, encrypted, for a day. @throws `PayloadTooLarge` when it could not be opened again */
export async function keepPayload(
  { pool, sealer, clock }: StoreDeps,
  integration: Integration,
  { purpose, data }: OpenedPayload,
  nextCursor: string | null,
): Promise<PayloadReference> {
  const text = JSON.stringify(data);
  requireSize(text);
  const now = clock.now();
  const of = { integrationId: integration.id, provider: integration.provider, purpose };
  const payloadId = await storePayload(pool, sealer, { ...of, text }, now);
  return { payloadId, expiresAt: new Date(now + PAYLOAD_LIFE_MS).toISOString(), nextCursor };
}

/** Opens what an activity kept for the same integration. */
export async function readPayload(deps: StoreDeps, given: PayloadInput): Promise<OpenedPayload> {
  const { integrationId, payloadId } = checkInput(INPUTS.payload, given);
  try {
    const row = await findIntegration(deps.pool, integrationId);
    if (!row) throw noIntegration();
    const { purpose, text } = await openKept(deps, row, payloadId, READABLE_PURPOSES);
    requireSize(text);
    return { purpose, data: JSON.parse(text) as never };
  } catch (error) {
    throw toApplicationFailure(error);
  }
}

/** The text of a reference that was made for one of these purposes. @throws `PayloadExpired` | `PayloadUnknown` */
export async function openKept<Purpose extends string>(
  { pool, sealer, clock }: StoreDeps,
  { id, provider }: Integration,
  payloadId: string,
  purposes: readonly Purpose[],
): Promise<{ purpose: Purpose; text: string }> {
  const of = { integrationId: id, provider, purposes };
  const opened = await openPayload(pool, sealer, payloadId, of, clock.now());
  if (opened.is === 'open') return { purpose: opened.purpose, text: opened.text.reveal() };
  if (opened.is === 'expired')
    throw failure(FAILURE_TYPES.payloadExpired, 'Payloads are kept for 24 hours. Get a new one.', {
      nonRetryable: true,
    });
  throw failure(
    FAILURE_TYPES.payloadUnknown,
    'This integration has no such payload. It may have been removed because a message in it was deleted.',
    { nonRetryable: true },
  );
}

function requireSize(text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_PAYLOAD_BYTES) return;
  throw failure(
    FAILURE_TYPES.payloadTooLarge,
    `The answer has ${bytes} bytes, more than ${MAX_PAYLOAD_BYTES}. Ask for fewer rows or fields.`,
    { nonRetryable: true, details: [{ bytes, maxBytes: MAX_PAYLOAD_BYTES }] },
  );
}
