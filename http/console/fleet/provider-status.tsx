import { type CallCount, healthOfCalls } from '../../../core/fleet/provider-status';
import { FLEET_TEXT as FLEET } from '../../../core/text/console-fleet';
import { PROVIDER_TEXT as TEXT, providerFigures } from '../../../core/text/provider-status';
import { HOUR_MS } from '../../../core/time';
import { Instant, When } from '../parts';
import { type FleetStatus } from '../../api/fleet-status';

export type StatusView = FleetStatus['provider'];

/** How well Instagram answers, as one line that leads its page. */
export function ProviderStatusLine({ provider }: { provider: StatusView }) {
  const { status, since } = provider;
  return (
    <p class={`provider ${status}`} role="status">
      <strong>{TEXT.titles[status]}</strong>
      <span>
        {status === 'ok' || since === null ? (
          TEXT.ok
        ) : (
          <>
            {`${TEXT.since[status]} `}
            <Instant at={Date.parse(since)} />
            {providerFigures(provider).map((figure) => ` · ${figure}`)}
          </>
        )}
      </span>
    </p>
  );
}

/** What Instagram delivers to this deployment. */
export function Callbacks({ callbacks, now }: Pick<FleetStatus, 'callbacks'> & { now: number }) {
  const { lastDeliveryAt, refusedSince, refusedWhy } = callbacks;
  return (
    <dl>
      <dt>{FLEET.lastDelivery}</dt>
      <dd>{lastDeliveryAt === null ? FLEET.noneYet : <When at={Date.parse(lastDeliveryAt)} now={now} />}</dd>
      {refusedSince !== null && (
        <>
          <dt>{FLEET.deliveriesRefused}</dt>
          <dd class="bad">
            {`${FLEET.since} `}
            <When at={Date.parse(refusedSince)} now={now} />
            {` · ${refusedWhy}`}
          </dd>
        </>
      )}
    </dl>
  );
}

const HOURS = 48;

/** How well Instagram answered in each of the last hours. @param calls by hour, newest first */
export function StatusHours({ calls, now }: { calls: CallCount[]; now: number }) {
  const byHour = new Map(calls.map((count) => [count.at, count]));
  const thisHour = now - (now % HOUR_MS);
  const hours = Array.from({ length: HOURS }, (_, n) => thisHour - (HOURS - 1 - n) * HOUR_MS);
  const healthAt = (at: number) => {
    const count = byHour.get(at);
    return { at, count, health: count ? healthOfCalls(count) : null };
  };
  const shown = hours.map(healthAt);
  const bad = shown.filter(({ health }) => health !== null && health !== 'ok').length;
  return (
    <>
      <div class="hours" role="img" aria-label={FLEET.hours(HOURS, bad)}>
        {shown.map(({ at, count, health }) => (
          <span class={health ?? undefined} title={FLEET.hour(new Date(at).toISOString(), count ?? null)} />
        ))}
      </div>
      <div class="axis" aria-hidden="true">
        <span>{FLEET.hoursAgo(HOURS)}</span>
        <span>{FLEET.now}</span>
      </div>
    </>
  );
}
