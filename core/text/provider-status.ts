import { type ProviderStatus } from '../fleet/provider-status';

export const PROVIDER_TEXT = {
  ok: 'Instagram is responding',
  titles: { ok: 'Operational', degraded: 'Degraded', down: 'Failing' },
  /** Before the time since when. */
  since: {
    degraded: 'Instagram has been failing for some calls since',
    down: 'Instagram has been failing since',
  },
} as const;

/** `Instagram has been failing since 14:05 · 34 % of calls · 9 connections affected`. @param since the time, in words */
export function providerStatusText(status: Omit<ProviderStatus, 'since'>, since: string | null): string {
  if (status.status === 'ok') return PROVIDER_TEXT.ok;
  return [`${PROVIDER_TEXT.since[status.status]} ${since}`, ...providerFigures(status)].join(' · ');
}

/** `34 % of calls`, `9 connections affected`, as far as they say something. */
export function providerFigures({ failing, failedShare }: Omit<ProviderStatus, 'since'>): string[] {
  return [
    ...(failedShare ? [`${shareText(failedShare)} of calls`] : []),
    ...(failing > 0 ? [`${failing} ${failing === 1 ? 'connection' : 'connections'} affected`] : []),
  ];
}

/** `34 %`. @param share 0 to 1 */
function shareText(share: number): string {
  return share < 0.01 ? 'under 1 %' : `${Math.round(share * 100)} %`;
}
