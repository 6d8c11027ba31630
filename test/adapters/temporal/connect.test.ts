import { openTemporal } from '../../../adapters/temporal/connect';
import { openNetworkPath } from '../../support/network-path';
import { published } from '../../support/servers';

test('a client that is closed ends its calls, although its connection has gone silent', async () => {
  const [host, port] = published('temporalAddress').split(':') as [string, string];
  const path = await openNetworkPath({ host, port: Number(port) });
  const settings = { connectionOptions: { address: `127.0.0.1:${path.port}` }, namespace: 'default' };
  const { client, close } = openTemporal(settings);
  const ask = () => client.withDeadline(Date.now() + 60_000, () => client.workflowService.getSystemInfo({}));
  await ask();
  path.silence();
  const unanswered = ask();
  unanswered.catch(() => undefined);
  await close();
  await path.close();
  await expect(unanswered).rejects.toThrow(/CANCELLED/);
});
