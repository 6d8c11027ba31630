// What this example uses of Evergrant's activities: names, inputs and outputs as in docs/temporal.md.
export interface EvergrantActivities {
  getAccount(input: { integrationId: string }): Promise<{ id: string; username: string | null }>;
  listConversations(input: { integrationId: string; limit?: number }): Promise<{ payloadId: string }>;
  readPayload(input: { integrationId: string; payloadId: string }): Promise<{ data: unknown }>;
  sendMessage(input: {
    integrationId: string;
    recipientId: string;
    text: string;
    idempotencyKey: string;
  }): Promise<{ messageId: string }>;
}

export const EVERGRANT = {
  taskQueue: 'evergrant-instagram',
  startToCloseTimeout: '60s',
  heartbeatTimeout: '8s',
  scheduleToCloseTimeout: '10 minutes',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
} as const;
