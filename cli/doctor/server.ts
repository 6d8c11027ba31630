import { Failure } from '../failures';
import { type Fleet } from '../http/answers';
import { type Api, createApi } from '../http/api';
import { Refusal } from '../http/problem';
import { type Io } from '../output/io';
import { absolute, relative } from '../output/times';
import { HOUR_MS } from '../../core/time';
import { providerStatusText } from '../../core/text/provider-status';
import { apiSettings } from '../settings';
import { type Finding, ok, problem, warning } from './finding';

/** Between the last run of the hourly audit and the next: two were missed. */
const AUDIT_IS_LATE_MS = 2.5 * HOUR_MS;

/** What a running API says of itself and of what it stands on. Needs nothing but its address and a key. */
export async function examineServer(io: Io): Promise<Finding[]> {
  const settings = apiSettings(io.env);
  const api = createApi(settings);
  let readiness: Finding[];
  try {
    readiness = partsOf(settings.baseUrl, await api.readiness());
  } catch (error) {
    return [problemOf('server', error)];
  }
  try {
    const fleet: Fleet = await api.get('/v1/fleet');
    return [...readiness, ok('API key', 'Valid.'), ...lookAtFleet(fleet, api)];
  } catch (error) {
    return [...readiness, problemOf('API key', error)];
  }
}

function problemOf(part: string, error: unknown): Finding {
  if (!(error instanceof Failure)) throw error;
  const hint = error instanceof Refusal && error.problem.status === 403 ? 'It needs the scope read.' : '';
  return problem(part, error.message, [...error.hints, hint].filter(Boolean).join(' '));
}

const PARTS = {
  database: ['database', 'Check DATABASE_URL of the API, and that PostgreSQL is running.'],
  temporal: ['Temporal', 'Check TEMPORAL_ADDRESS of the API, and that Temporal is running.'],
  key: ['encryption key', 'Check EVERGRANT_KEYS of the API with `npx evergrant keys status`.'],
} as const;

function partsOf(
  baseUrl: string,
  { failing, reasons = {} }: Awaited<ReturnType<Api['readiness']>>,
): Finding[] {
  return [
    ok('server', `Answers at ${baseUrl}.`),
    ...Object.entries(PARTS).map(([part, [name, hint]]) =>
      failing.includes(part)
        ? problem(name, `${reasons[part] ?? 'Not available to the API'}.`, hint)
        : ok(name, 'Available to the API.'),
    ),
  ];
}

function lookAtFleet({ ownerRefs, ...fleet }: Fleet, api: Api): Finding[] {
  const since = (instant: string | null) =>
    instant === null ? '' : ` since ${relative(instant, api.now())}`;
  return [
    fleet.overdue === 0
      ? ok('refreshes', 'None overdue.')
      : problem(
          'refreshes',
          `${fleet.overdue} overdue by more than an hour.`,
          'Check that a worker is running.',
        ),
    instagram(fleet, since),
    fleet.deliveries.failed === 0
      ? ok('deliveries', `${fleet.deliveries.waiting} pending, none failed.`)
      : warning(
          'deliveries',
          `${fleet.deliveries.failed} failed, ${fleet.deliveries.waiting} pending.`,
          'See `npx evergrant deliveries list --status failed`.',
        ),
    // What concerns everyone's connections is not told to a key for some.
    ...(ownerRefs === null ? [callbacks(fleet, since), audit(fleet)] : []),
  ];
}

type Since = (instant: string | null) => string;

function instagram({ incidents, provider }: Pick<Fleet, 'incidents' | 'provider'>, since: Since): Finding {
  const [incident] = incidents;
  if (incident)
    return problem(
      'Instagram',
      `Incident${since(incident.startedAt)}: no connection expires until it ends.`,
      'Run `npx evergrant doctor --provider` where the API runs.',
    );
  if (provider.status === 'ok') return ok('Instagram', 'No known incidents.');
  return warning(
    'Instagram',
    `${providerStatusText(provider, provider.since && absolute(provider.since))}.`,
    'Refreshes are retried. See https://metastatus.com.',
  );
}

function callbacks(
  { callbacks: { lastDeliveryAt, refusedSince, refusedWhy } }: Pick<Fleet, 'callbacks'>,
  since: Since,
) {
  if (refusedSince !== null)
    return problem('callbacks', `Refused${since(refusedSince)}: ${refusedWhy}`, 'See docs/callbacks.md.');
  if (lastDeliveryAt === null)
    return warning(
      'callbacks',
      'Instagram has delivered nothing yet.',
      'Set up the webhook: docs/callbacks.md.',
    );
  return ok('callbacks', `Last delivery at ${lastDeliveryAt}.`);
}

function audit({ audit: { enabled, lastRunAt, nextRunAt, every } }: Pick<Fleet, 'audit'>): Finding {
  const hint = 'Check that a worker is running.';
  if (enabled === null)
    return warning('audit', 'Unknown: Temporal is not responding.', 'See the line on Temporal.');
  if (!enabled) return problem('audit', 'Not scheduled.', 'Start a worker: it creates the schedule.');
  if (lastRunAt === null) return warning('audit', 'Scheduled, and has not run yet.', hint);
  const last = `Last run ${absolute(lastRunAt)}.`;
  // Both by the clock of the Schedule, which in a sandbox is not that of the connections.
  const missedMs = nextRunAt === null ? 0 : Date.parse(nextRunAt) - Date.parse(lastRunAt);
  if (missedMs > AUDIT_IS_LATE_MS) return problem('audit', `Does not run. ${last}`, hint);
  return ok('audit', `Runs every ${every}. ${last}`);
}
