import { createElement, useCallback, useEffect, useRef, useState } from 'react';

const RETRY_MS = 30_000;
const askBackend = async () => {
  const answer = await fetch('/api/evergrant-token', { method: 'POST' });
  if (!answer.ok) throw new Error(`/api/evergrant-token answered ${answer.status}`);
  return (await answer.json()).token;
};

/** Evergrant's banner to put above your page, the user's connections, and what to tell in a toast. */
export function useEvergrant(base, fetchToken = askBackend) {
  const [token, setToken] = useState(null);
  const [connections, setConnections] = useState([]);
  const [refreshFailed, setRefreshFailed] = useState(null);
  const [expired, setExpired] = useState(null);
  const again = useRef(undefined);
  const renew = useCallback(async () => {
    clearTimeout(again.current);
    await fetchToken().then(setToken, () => (again.current = setTimeout(renew, RETRY_MS)));
  }, [fetchToken]);
  useEffect(() => {
    const src = `${base}/embed/banner.js`;
    if (!document.querySelector(`script[src="${src}"]`))
      document.head.append(Object.assign(document.createElement('script'), { src, type: 'module' }));
    void renew();
    return () => clearTimeout(again.current);
  }, [base, renew]);
  const listen = useCallback(
    (element) => {
      element?.addEventListener('evergrant:status', ({ detail }) => setConnections(detail.integrations));
      element?.addEventListener('evergrant:refresh-failed', ({ detail }) => setRefreshFailed(detail));
      element?.addEventListener('evergrant:token-expired', ({ detail }) => setExpired(detail));
      element?.addEventListener('evergrant:token-needed', renew);
    },
    [renew],
  );
  const banner = token && createElement('evergrant-banner', { base, token, ref: listen });
  return { banner, connections, refreshFailed, expired, dismiss: () => setRefreshFailed(null) };
}
