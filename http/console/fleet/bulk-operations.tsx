import { type Context, Hono } from 'hono';
import { listItems } from '../../../adapters/postgres/fleet/bulk-items';
import { listBulkOperations } from '../../../adapters/postgres/fleet/bulk-operations';
import { BULK_OUTCOMES, type BulkOutcome } from '../../../core/fleet/bulk-operations';
import { BULK_OPERATIONS_TEXT as TEXT, bulkTitle } from '../../../core/text/bulk-operations';
import { SHELL_TEXT } from '../../../core/text/console-shell';
import { MINUTE_MS, SECOND_MS } from '../../../core/time';
import {
  CHANGES,
  changeBulkOperation,
  findForCaller,
  startBulkOperation,
  toBulkOperationView,
} from '../../api/bulk-operations/operations';
import { NewBulkOperation } from '../../api/bulk-operations/schemas';
import { cursorOf, readCursor } from '../../api/cursor';
import { type HttpDeps } from '../../deps';
import { CONSOLE } from '../../middleware/headers';
import { requireCallerScope } from '../../middleware/caller';
import { notFound } from '../../problems';
import { invalid } from '../../router';
import { BULK_OPERATIONS, withQuery } from '../paths';
import { type ConsoleEnv } from '../session';
import { type Toast } from '../shell';
import { attempt, ownOf, show } from '../show';
import { BulkOperationList, NewBulkOperationForm, OneBulkOperation } from './bulk-operations-page';

const PAGE_SIZE = 50;

type C = Context<ConsoleEnv>;

/** What is done with many connections: started, followed, paused and canceled here. */
export function bulkOperationPageRoutes(deps: HttpDeps) {
  const fleet = { label: SHELL_TEXT.sections.fleet, href: `${CONSOLE}/fleet` };

  async function list(c: C, toasts: Toast[] = []) {
    const user = c.get('user');
    requireCallerScope(user, 'read');
    const before = readCursor(c.req.query('before') || undefined);
    const rows = await listBulkOperations(deps.pool, user.ownerRefs, before, PAGE_SIZE + 1);
    const shown = rows.slice(0, PAGE_SIZE);
    const last = rows.length > PAGE_SIZE ? shown.at(-1) : undefined;
    const operations = await Promise.all(shown.map((row) => toBulkOperationView(deps, row)));
    const older = last ? withQuery(BULK_OPERATIONS, { before: cursorOf(last) }) : null;
    return show(
      deps,
      c,
      {
        title: TEXT.title,
        section: 'fleet',
        url: BULK_OPERATIONS,
        crumbs: [fleet],
        content: <BulkOperationList operations={operations} older={older} now={deps.clock.now()} />,
        bottom: user.scopes.has('operate') ? <NewBulkOperationForm /> : null,
      },
      toasts,
    );
  }

  async function one(c: C, id: string, toasts: Toast[] = []) {
    const user = c.get('user');
    requireCallerScope(user, 'read');
    const operation = await toBulkOperationView(deps, await findForCaller(deps, user, id));
    const outcome = outcomeOf(c.req.query('outcome'));
    const after = c.req.query('after') ?? '';
    const items = await listItems(deps.pool, id, outcome, after, PAGE_SIZE + 1);
    const last = items.length > PAGE_SIZE ? items[PAGE_SIZE - 1] : undefined;
    const path = `${BULK_OPERATIONS}/${id}`;
    return show(
      deps,
      c,
      {
        title: bulkTitle(operation.action, operation.total),
        section: 'fleet',
        url: withQuery(path, { outcome: outcome ?? '', after }),
        crumbs: [fleet, { label: TEXT.title, href: BULK_OPERATIONS }],
        content: (
          <OneBulkOperation
            operation={operation}
            items={items.slice(0, PAGE_SIZE)}
            outcome={outcome}
            more={last ? withQuery(path, { outcome: outcome ?? '', after: last.integrationId }) : null}
            mayOperate={user.scopes.has('operate')}
            now={deps.clock.now()}
          />
        ),
      },
      toasts,
    );
  }

  return new Hono<ConsoleEnv>()
    .get(BULK_OPERATIONS, (c) => list(c))
    .post(BULK_OPERATIONS, async (c) => {
      const user = c.get('user');
      requireCallerScope(user, 'operate');
      const given = wanted(await c.req.parseBody());
      let id: string | null = null;
      const toasts = await attempt(deps, user, async () => {
        const parsed = NewBulkOperation.safeParse(given);
        if (!parsed.success) throw invalid(parsed.error.issues);
        ({ id } = await startBulkOperation(deps, user, parsed.data));
        return null;
      });
      return id === null ? list(c, toasts) : c.redirect(`${BULK_OPERATIONS}/${String(id)}`, 303);
    })
    .get(`${BULK_OPERATIONS}/:id`, (c) => one(c, c.req.param('id')))
    .post(`${BULK_OPERATIONS}/:id/:change`, async (c) => {
      const user = c.get('user');
      requireCallerScope(user, 'operate');
      const { id, change } = c.req.param();
      if (!ownOf(CHANGES, change)) throw notFound('page');
      const toasts = await attempt(deps, user, async () => {
        await changeBulkOperation(deps, user, id, change as keyof typeof CHANGES);
        return null;
      });
      return one(c, id, toasts);
    });
}

function outcomeOf(given: string | undefined): BulkOutcome | null {
  return BULK_OUTCOMES.find((outcome) => outcome === given) ?? null;
}

/** Empty fields of the form are conditions that are not set; without any it is about all connections. */
function wanted(form: Record<string, unknown>) {
  const text = (name: string) => (typeof form[name] === 'string' ? form[name].trim() : '');
  const days = text('expiringWithinDays');
  const conditions = {
    ...(text('state') && { state: text('state') }),
    ...(text('reason') && { reason: text('reason') }),
    ...(text('ownerRef') && { ownerRef: text('ownerRef') }),
    ...(days && { expiringWithinDays: Number(days) }),
  };
  return {
    action: text('action'),
    filter: Object.keys(conditions).length > 0 ? conditions : { all: true },
    spreadSeconds: (Number(text('spreadMinutes')) * MINUTE_MS) / SECOND_MS,
    ...(text('limit') && { limit: Number(text('limit')) }),
  };
}
