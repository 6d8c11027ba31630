import { Hono } from 'hono';
import { z } from 'zod';
import { AUDIT_ACTIONS } from '../../../core/access/audit-actions';
import { auditLogPage } from '../../api/access/audit-log';
import { requireCallerScope } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { AUDIT_LOG, withQuery } from '../paths';
import { type ConsoleEnv } from '../session';
import { AuditLog } from './audit-log-page';
import { showSettings } from './show-settings';

const PAGE_SIZE = 50;

/** Invalid filters are ignored. */
const query = z.object({
  action: z.enum(['', ...AUDIT_ACTIONS]).catch(''),
  actor: z
    .string()
    .regex(/^[\w-]{0,64}$/)
    .catch(''),
  before: z
    .string()
    .regex(/^\d{0,18}$/)
    .catch(''),
});

export function auditLogPageRoutes(deps: HttpDeps) {
  return new Hono<ConsoleEnv>().get(AUDIT_LOG, async (c) => {
    const user = c.get('user');
    requireCallerScope(user, 'admin');
    const filters = query.parse(c.req.query());
    const wanted = { action: filters.action || undefined, actorId: filters.actor || undefined };
    const page = await auditLogPage(deps, user, wanted, filters.before || undefined, PAGE_SIZE);
    return showSettings(deps, c, 'audit', {
      url: withQuery(AUDIT_LOG, filters),
      content: <AuditLog {...page} filters={filters} />,
    });
  });
}
