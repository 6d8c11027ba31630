import { CALLBACKS } from '../../core/names';
import { type Settings } from '../../adapters/config';

/** Enters the API's addresses into the simulator, as one would into Meta's dashboard. */
export async function setUpCallbacks(settings: Settings, simulatorUrl: string): Promise<void> {
  const { EVERGRANT_HTTP_HOST: host, EVERGRANT_HTTP_PORT: port } = settings;
  // The simulator calls this machine only, whatever the API's public name is.
  const api = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const answer = await fetch(`${simulatorUrl}/_sim/webhooks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      callbackUrl: `${api}${CALLBACKS.webhooks}`,
      verifyToken: settings.INSTAGRAM_WEBHOOK_VERIFY_TOKEN?.reveal() ?? '',
      deauthorizeUrl: `${api}${CALLBACKS.deauthorize}`,
      dataDeletionUrl: `${api}${CALLBACKS.dataDeletion}`,
    }),
  });
  if (!answer.ok) throw new Error(`The simulator did not accept the callback addresses (${answer.status}).`);
}
