import { type Banner } from '../../../core/text/banner';
import { MESSAGES_TEXT as TEXT } from '../../../core/text/console-connections';
import { CONSOLE } from '../../middleware/headers';
import { Instant } from '../parts';

export interface ConversationView {
  id: string;
  updatedAt: number | null;
  with: string;
}

export interface MessageView {
  createdAt: number | null;
  text: string | null;
  /** What is shown for a message without text. */
  instead: string;
  isOurs: boolean;
}

export interface InboxView {
  integrationId: string;
  conversations: ConversationView[];
  /** How many more there are that could not be read. */
  unreadable: number;
  open: { id: string; recipientId: string | null; messages: MessageView[] } | null;
  /** Why no messages are shown. */
  trouble: { banner: Banner | null; text: string } | null;
}

export function inboxPath(integrationId: string): string {
  return `${CONSOLE}/connections/${integrationId}/messages`;
}

export function Inbox({ view }: { view: InboxView }) {
  const { trouble, conversations, open } = view;
  if (trouble)
    return (
      <section class={`banner ${trouble.banner?.level ?? 'warning'}`} aria-label={TEXT.problem}>
        <p>
          <strong>{trouble.banner?.text ?? trouble.text}</strong>
        </p>
        <a class="button" href={`${CONSOLE}/connections/${view.integrationId}`}>
          {TEXT.viewConnection}
        </a>
      </section>
    );
  return (
    <div class="inbox">
      <nav class="card" aria-label={TEXT.conversations}>
        {conversations.length === 0 && <p>{TEXT.noConversations}</p>}
        <ul class="conversations">
          {conversations.map((one) => (
            <li>
              <a
                href={`${inboxPath(view.integrationId)}/${encodeURIComponent(one.id)}`}
                aria-current={one.id === open?.id ? 'true' : undefined}
              >
                {one.with}
                {one.updatedAt !== null && (
                  <div class="quiet">
                    <Instant at={one.updatedAt} />
                  </div>
                )}
              </a>
            </li>
          ))}
        </ul>
        {view.unreadable > 0 && <p class="quiet">{TEXT.unreadable(view.unreadable)}</p>}
      </nav>
      <section class="card" aria-label={TEXT.messages}>
        {open === null ? (
          <p>{TEXT.choose}</p>
        ) : (
          <ol class="thread">
            {open.messages.map((message) => (
              <li class={message.isOurs ? 'ours' : 'theirs'}>
                <span class="unseen">{message.isOurs ? TEXT.ours : TEXT.theirs} </span>
                {message.text ?? <em class="quiet">{message.instead}</em>}
                {message.createdAt !== null && <Instant at={message.createdAt} />}
              </li>
            ))}
          </ol>
        )}
      </section>
    </div>
  );
}

export interface Draft {
  path: string;
  recipientId: string;
  text: string;
  /** Idempotency-Key: sending the same draft twice sends one message. */
  key: string;
  /** Result of the last attempt. */
  state: { text: string; good: boolean } | null;
}

/** Outside the part that updates automatically, so that typed text is kept. */
export function Composer({ draft }: { draft: Draft }) {
  return (
    <form
      id="composer"
      class="card"
      method="post"
      action={draft.path}
      hx-post={draft.path}
      hx-target="#composer"
      hx-select="#composer"
      hx-select-oob="#live"
      hx-swap="outerHTML"
      hx-sync="#live:replace"
      hx-indicator="#sending"
    >
      <input type="hidden" name="key" value={draft.key} />
      <input type="hidden" name="recipientId" value={draft.recipientId} />
      <p>
        <label for="text">{TEXT.reply}</label>
        <textarea id="text" name="text" rows={3} maxlength={1000} required>
          {draft.text}
        </textarea>
      </p>
      <div class="actions">
        <button type="submit" class="main">
          {TEXT.send}
        </button>
        <span id="sending" class="htmx-indicator quiet" aria-hidden="true">
          {TEXT.sending}
        </span>
      </div>
      {draft.state && (
        <p class={draft.state.good ? 'good' : 'bad'} role={draft.state.good ? 'status' : 'alert'}>
          {draft.state.text}
        </p>
      )}
    </form>
  );
}
