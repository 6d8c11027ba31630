import { z } from 'zod';
import { type Account } from './state';
import { type World } from './world';

/** What Meta, the owner and the app's tester decided about an account; what is left out stays as it is. */
export const AccountSettings = z.strictObject({
  humanAgent: z.boolean().optional(),
  messaging: z.enum(['enabled', 'disabled']).optional(),
  tester: z.enum(['accepted', 'pending']).optional(),
});

export function setAccount(
  world: World,
  account: Account,
  { humanAgent, messaging, tester }: z.output<typeof AccountSettings>,
): void {
  if (humanAgent !== undefined) account.humanAgent = humanAgent;
  if (messaging !== undefined) account.messaging = messaging;
  if (tester !== undefined) account.tester = tester;
  world.changed(account);
}
