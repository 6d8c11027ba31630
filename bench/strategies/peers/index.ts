import { chatwoot } from './chatwoot';
import { dailyCron } from './daily-cron';
import { n8n } from './n8n';
import { nango } from './nango';
import { postiz } from './postiz';
import { type CreateStrategy } from './product';
import { sim } from './sim';
import { vault } from './vault';

/** What people would use instead, by name. */
export const PEERS = {
  'cron at 7 days': dailyCron(7),
  'cron at 14 days': dailyCron(14),
  'at stored expiry (Postiz)': postiz,
  'on use within 10 days (Chatwoot)': chatwoot,
  'forced only (Nango)': nango,
  'on use within 14 days (Sim)': sim,
  'on 401 (n8n)': n8n,
  'poll all (vault plugin)': vault,
} satisfies Record<string, CreateStrategy>;
