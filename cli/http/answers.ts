import { type z } from 'zod';
import type * as schemas from '../../http/api/schemas';

/** What the API answers, as its own schemas say. */
export type Integration = z.infer<typeof schemas.Integration>;
export type Event = z.infer<typeof schemas.Event>;
export type Fleet = z.infer<typeof schemas.Fleet>;
export type Recovery = z.infer<typeof schemas.Recovery>;
export type Refreshed = z.infer<typeof schemas.Refreshed>;

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
