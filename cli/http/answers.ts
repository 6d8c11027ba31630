import { type z } from 'zod';
import { type AuditLogEntry as AuditLogEntrySchema } from '../../http/api/access/audit-log';
import { type ConsoleSession as ConsoleSessionSchema } from '../../http/api/access/console-sessions';
import { type ListedEmbedToken } from '../../http/api/access/embed-tokens';
import { type ApiKey as ApiKeySchema } from '../../http/api/access/key-schemas';
import { type ConnectLink as ConnectLinkSchema } from '../../http/api/integrations/connect-links';
import type * as bulk from '../../http/api/bulk-operations/schemas';
import type * as deliveries from '../../http/api/deliveries/delivery-schemas';
import { type Event as EventSchema } from '../../http/api/deliveries/events';
import type * as webhooks from '../../http/api/deliveries/webhook-schemas';
import { type Fleet as FleetSchema } from '../../http/api/fleet-schema';
import { type Integration as IntegrationSchema } from '../../http/api/integrations/integration-schemas';
import type * as tokens from '../../http/api/lifecycle/token-schemas';

/** What the API answers, as its own schemas say. */
export type AuditLogEntry = z.infer<typeof AuditLogEntrySchema>;
export type Integration = z.infer<typeof IntegrationSchema>;
export type Event = z.infer<typeof EventSchema>;
export type Fleet = z.infer<typeof FleetSchema>;
export type ApiKey = z.infer<typeof ApiKeySchema>;
export type WebhookEndpoint = z.infer<typeof webhooks.WebhookEndpoint>;
export type CreatedWebhookEndpoint = z.infer<typeof webhooks.CreatedWebhookEndpoint>;
export type RotatedWebhookSecret = z.infer<typeof webhooks.RotatedWebhookSecret>;
export type WebhookTest = z.infer<typeof webhooks.WebhookTest>;
export type Delivery = z.infer<typeof deliveries.Delivery>;
export type Redeliveries = z.infer<typeof deliveries.Redeliveries>;
export type MailSettings = z.infer<typeof deliveries.MailSettings>;
export type MailTest = z.infer<typeof deliveries.MailTest>;
export type ConsoleSession = z.infer<typeof ConsoleSessionSchema>;
export type EmbedTokenRow = z.infer<typeof ListedEmbedToken>;
export type ConnectLinkRow = z.infer<typeof ConnectLinkSchema>;
export type BulkOperation = z.infer<typeof bulk.BulkOperation>;
export type BulkOperationItem = z.infer<typeof bulk.BulkOperationItem>;
export type Recovery = z.infer<typeof tokens.Recovery>;
export type Refreshed = z.infer<typeof tokens.Refreshed>;

export interface Page<Row> {
  data: Row[];
  nextCursor: string | null;
}
export interface Created {
  integration: Integration;
  connectUrl: string;
  expiresAt: string;
}
export interface ConnectLink {
  url: string;
  expiresAt: string;
}
