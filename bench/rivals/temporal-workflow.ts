import { continueAsNew, proxyActivities, sleep } from '@temporalio/workflow';

const { refresh } = proxyActivities<{
  refresh(id: string): Promise<number>;
}>({ startToCloseTimeout: '1 minute' });

/** Sleeps until an instant (epoch ms), refreshes, and begins again. */
export async function refreshForever(id: string, at: number): Promise<void> {
  await sleep(Math.max(1, at - Date.now()));
  await continueAsNew<typeof refreshForever>(id, await refresh(id));
}
