import { type DeliveryCounts } from '../../../adapters/postgres/deliveries/delivery-log';
import { DELIVERIES_TEXT as TEXT, DELIVERY_LABELS } from '../../../core/text/console-deliveries';
import { When } from '../parts';
import { DELIVERIES, withQuery } from '../paths';

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
