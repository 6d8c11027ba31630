import { CONNECTIONS_TEXT as TEXT } from '../../../core/text/console-connections';
import { type State } from '../../../core/lifecycle/states';

/** A token's lifetime as a bar: the past, the refresh window and now. Instants in epoch ms. */
export function LifeBar(props: {
  issuedAt: number | null;
  refreshAt: number | null;
  expiresAt: number | null;
  state: State;
  now: number;
}) {
  if (props.state === 'disconnected') return null;
  if (props.state === 'expired') return <span class="quiet">{TEXT.invalid}</span>;
  const { issuedAt, refreshAt, expiresAt, now } = props;
  if (issuedAt === null || expiresAt === null || expiresAt <= issuedAt) return null;
  const place = (at: number) => Math.min(100, Math.max(0, ((at - issuedAt) / (expiresAt - issuedAt)) * 100));
  const [past, window] = [place(now), place(refreshAt ?? expiresAt)];
  const label = TEXT.left(expiresAt - now);
  return (
    <>
      <svg class="life" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={label}>
        <rect class="all" width="100" height="8" />
        <rect class="window" x={round(window)} width={round(100 - window)} height="8" />
        <rect class="past" width={round(past)} height="8" />
        <rect class="now" x={round(Math.min(past, 99.2))} width="0.8" height="8" />
      </svg>
      <span class="quiet" aria-hidden="true">
        {label}
      </span>
    </>
  );
}

function round(value: number): string {
  return value.toFixed(1);
}
