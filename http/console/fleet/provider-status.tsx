import { type ProviderHealth } from '../../../core/fleet/provider-status';
import { PROVIDER_TEXT as TEXT, providerFigures } from '../../../core/text/provider-status';
import { Instant } from '../parts';

interface StatusView {
  status: ProviderHealth;
  /** ISO 8601; null while it is `ok`. */
  since: string | null;
  failing: number;
  failedShare: number | null;
}

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
