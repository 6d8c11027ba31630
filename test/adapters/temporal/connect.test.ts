import { openTemporal } from '../../../adapters/temporal/connect';
import { openTemporalPath } from '../../support/temporal';

test('a client that is closed ends its calls, although its connection has gone silent', async () => {
  const path = await openTemporalPath();
  const { client, close } = openTemporal(path.settings);
  const ask = () => client.withDeadline(Date.now() + 60_000, () => client.workflowService.getSystemInfo({}));
  await ask();
  path.silence();
  const unanswered = ask();
  unanswered.catch(() => undefined);
  await close();
  await path.close();
  await expect(unanswered).rejects.toThrow(/CANCELLED/);
});
