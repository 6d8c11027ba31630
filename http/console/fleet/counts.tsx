import { type DeliveryCounts } from '../../../adapters/postgres/deliveries/delivery-log';
import { type Fleet } from '../../../adapters/postgres/fleet/fleet';
import { DELIVERIES_TEXT as TEXT, DELIVERY_LABELS } from '../../../core/text/console-deliveries';
import { When } from '../parts';
import { CONNECTIONS, DELIVERIES, withQuery } from '../paths';

/** The numbers of pending and failed deliveries. @param hasLog whether the user may open the delivery log */
export function DeliveryCountList(props: DeliveryCounts & { now: number; hasLog?: boolean }) {
  const { waiting, failed, oldestWaitingAt, now, hasLog = true } = props;
  const count = (status: 'waiting' | 'failed', number: number) =>
    hasLog ? <a href={withQuery(DELIVERIES, { status })}>{String(number)}</a> : String(number);
  return (
    <dl>
      <dt>{DELIVERY_LABELS.waiting}</dt>
      <dd>{count('waiting', waiting)}</dd>
      {oldestWaitingAt !== null && (
        <>
          <dt>{TEXT.oldest}</dt>
          <dd>
            <When at={oldestWaitingAt} now={now} />
          </dd>
        </>
      )}
      <dt>{DELIVERY_LABELS.failed}</dt>
      <dd class={failed > 0 ? 'bad' : undefined}>{count('failed', failed)}</dd>
    </dl>
  );
}

/** How many tokens expire soon, as terms of a list; each leads to its connections. @param label names so many days */
export function ExpiryCounts(props: Fleet['expiringWithin'] & { label: (days: string) => string }) {
  return (
    <>
      {(['d3', 'd7', 'd14'] as const).map((within) => (
        <>
          <dt>{props.label(within.slice(1))}</dt>
          <dd>
            <a href={withQuery(CONNECTIONS, { days: within.slice(1) })}>{String(props[within])}</a>
          </dd>
        </>
      ))}
    </>
  );
}
