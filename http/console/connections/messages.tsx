import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { type Participant } from '../../../adapters/instagram/conversations';
import { noteMessageView } from '../../../adapters/postgres/messages/message-views';
import { type Integration, bannerFactsOf } from '../../../adapters/postgres/integrations/integration-row';
import { bannerFor } from '../../../core/lifecycle/banner';
import { MESSAGES_TEXT as TEXT } from '../../../core/text/console-connections';
import { sendOnce } from '../../api/messages/send-once';
import { type Caller, requireCallerScope } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { problemOf } from '../../errors';
import { findAccessible } from '../../api/integrations/find';
import { CONSOLE } from '../../middleware/headers';
import { notFound } from '../../problems';
import { Composer, type Draft, Inbox, type InboxView, inboxPath } from './messages-page';
import { callWithRecovery } from '../../api/messages/with-recovery';
import { type ConsoleEnv } from '../session';
import { show } from '../show';

type MessagesDeps = Pick<
  HttpDeps,
  'pool' | 'sealer' | 'instagram' | 'clock' | 'lifecycles' | 'site' | 'console'
>;

const ALL = `${CONSOLE}/connections/:id/messages` as const;
const ONE = `${ALL}/:conversationId` as const;
const CONVERSATIONS_SHOWN = 25;
const MESSAGES_SHOWN = 50;
const ID = /^[A-Za-z0-9_=:.-]{1,500}$/;
/** After these errors the same key may be used again: it returns the result of the first send. */
const SAME_KEY = ['service_unavailable', 'outcome_unknown', 'recovery_pending', 'provider_unavailable'];

const draft = z.object({
  key: z.uuid().catch(() => randomUUID()),
  recipientId: z.string().regex(/^\d{1,64}$/),
  text: z.string().trim().min(1).max(1_000),
});

type C = Context<ConsoleEnv>;

export function canShowMessages({ console: settings }: Pick<HttpDeps, 'console'>, user: Caller): boolean {
  return (settings.sandbox !== null || settings.messages) && user.scopes.has('message');
}

/** The inbox of one account. */
export function messageRoutes(deps: HttpDeps) {
  return new Hono<ConsoleEnv>()
    .get(ALL, async (c) => {
      const row = await find(deps, c);
      return page(deps, c, row, null, null);
    })
    .get(ONE, async (c) => {
      const row = await find(deps, c);
      return page(deps, c, row, conversationId(c), null);
    })
    .post(ONE, async (c) => {
      const row = await find(deps, c);
      const parsed = draft.safeParse(await c.req.parseBody());
      if (!parsed.success) return page(deps, c, row, conversationId(c), null);
      const { key, recipientId, text } = parsed.data;
      const path = `${inboxPath(row.id)}/${encodeURIComponent(conversationId(c))}`;
      const next = { path, recipientId };
      try {
        await sendOnce(deps, row, { recipientId, text }, key);
        const state = { text: TEXT.sent, good: true };
        return await page(deps, c, row, conversationId(c), { ...next, text: '', key: randomUUID(), state });
      } catch (error) {
        const problem = problemOf(deps, error, c.get('user'));
        const state = { text: TEXT.notSent(problem.detail), good: false };
        if (problem.code === 'outcome_unknown') state.text = problem.detail;
        const keptKey = SAME_KEY.includes(problem.code) ? key : randomUUID();
        return page(deps, c, row, conversationId(c), { ...next, text, key: keptKey, state });
      }
    });
}

async function find(deps: Pick<HttpDeps, 'pool' | 'console'>, c: C): Promise<Integration> {
  const user = c.get('user');
  requireCallerScope(user, 'message');
  if (!canShowMessages(deps, user)) throw notFound('messages page');
  return findAccessible(deps, user, c.req.param('id') ?? '');
}

function conversationId(c: C): string {
  const id = c.req.param('conversationId') ?? '';
  if (!ID.test(id)) throw notFound('conversation');
  return id;
}

/** Whatever leads to it, a page with messages is recorded as viewed before it is shown; one without is not. */
async function page(deps: MessagesDeps, c: C, row: Integration, open: string | null, draft: Draft | null) {
  const { name, keyId, session } = c.get('user');
  const viewer = { name, keyId, session };
  const view = await inboxOf(deps, c, row, open);
  if (!view.trouble) await noteMessageView(deps.pool, row, viewer, open, deps.clock.now());
  const path = open === null ? inboxPath(row.id) : `${inboxPath(row.id)}/${encodeURIComponent(open)}`;
  const recipientId = view.open?.recipientId ?? draft?.recipientId;
  const composer =
    draft ?? (recipientId ? { path, recipientId, text: '', key: randomUUID(), state: null } : null);
  return show(deps, c, {
    title: TEXT.title(row.username),
    section: 'connections',
    url: path,
    // Every update makes two calls to Instagram, which has rate limits.
    throttle: '20s',
    content: <Inbox view={view} />,
    bottom: composer && <Composer draft={composer} />,
  });
}

async function inboxOf(deps: MessagesDeps, c: C, row: Integration, open: string | null): Promise<InboxView> {
  const isUs = ({ id, username }: Participant) =>
    id === row.accountId || (username !== null && username === row.username);
  try {
    const { data } = await callWithRecovery(deps, row.id, 'console/conversations', ({ token }) =>
      deps.instagram.listConversations(token, { cursor: null, limit: CONVERSATIONS_SHOWN }),
    );
    const thread =
      open === null
        ? null
        : await callWithRecovery(deps, row.id, 'console/messages', ({ token }) =>
            deps.instagram.listMessages(token, { conversationId: open, cursor: null, limit: MESSAGES_SHOWN }),
          );
    const partnerOf = (id: string) =>
      data.find((one) => one.id === id)?.participants.find((one) => !isUs(one));
    return {
      integrationId: row.id,
      trouble: null,
      conversations: data.flatMap(({ id, updatedAt }) => {
        if (id === null) return [];
        const partner = partnerOf(id);
        const name = partner?.username ? `@${partner.username}` : (partner?.id ?? TEXT.unknownUser);
        return [{ id, updatedAt, with: name }];
      }),
      unreadable: data.filter(({ id }) => id === null).length,
      open: thread && {
        id: open!,
        recipientId:
          partnerOf(open!)?.id ?? thread.data.find(({ from }) => from && !isUs(from))?.from?.id ?? null,
        messages: thread.data.toReversed().map(({ createdAt, text, from, attachments, unsupported }) => ({
          createdAt,
          text,
          instead: unsupported ? TEXT.unsupported : attachments ? TEXT.attachment : TEXT.noText,
          isOurs: from !== null && isUs(from),
        })),
      },
    };
  } catch (error) {
    const problem = problemOf(deps, error, c.get('user'));
    if (problem.code === 'internal') throw error;
    const after = await findAccessible(deps, c.get('user'), row.id);
    const banner = bannerFor(bannerFactsOf(after), deps.site.productName, deps.clock.now());
    const trouble = { banner, text: problem.detail };
    return { integrationId: row.id, conversations: [], unreadable: 0, open: null, trouble };
  }
}
