import { type AccountState, accountState } from '../world/accounts';
import { newestFirst } from './paging';
import { type Account, type Conversation, type Message, type Token } from '../world/state';
import { type World } from '../world/world';

/** An account as control routes show it; never a token's text. */
export interface AccountView {
  id: string;
  username: string;
  state: AccountState;
  appScopedId: string;
  name: string;
  accountType: string;
  createdAt: string;
  settings: Pick<Account, 'humanAgent' | 'messaging' | 'tester'>;
  subscribedFields: string[];
  /** Its newest token. */
  token: null | {
    kind: Token['kind'];
    scopes: string[];
    issuedAt: string;
    expiresAt: string;
    subcode: number | null;
  };
}

export interface MessageView {
  id: string;
  conversationId: string;
  direction: Message['direction'];
  createdAt: string;
  from: { id: string; username: string };
  to: { id: string; username: string };
  text: string;
  /** Taken back: to the app it no longer exists. */
  unsent: boolean;
}

const iso = (instant: number) => new Date(instant).toISOString();

export function accountView(world: World, account: Account): AccountView {
  const token = account.tokens.at(-1);
  return {
    id: account.id,
    username: account.username,
    state: accountState(world, account),
    appScopedId: account.appScopedId,
    name: account.name,
    accountType: account.accountType,
    createdAt: iso(account.createdAt),
    settings: { humanAgent: account.humanAgent, messaging: account.messaging, tester: account.tester },
    subscribedFields: [...account.subscribedFields],
    token: token
      ? {
          kind: token.kind,
          scopes: token.scopes,
          issuedAt: iso(token.issuedAt),
          expiresAt: iso(token.expiresAt),
          subcode: token.invalid?.subcode ?? null,
        }
      : null,
  };
}

export function messageView(account: Account, conversation: Conversation, message: Message): MessageView {
  const self = { id: account.id, username: account.username };
  const inbound = message.direction === 'inbound';
  return {
    id: message.id,
    conversationId: conversation.id,
    direction: message.direction,
    createdAt: iso(message.at),
    from: inbound ? conversation.customer : self,
    to: inbound ? self : conversation.customer,
    text: message.text,
    unsent: message.unsent,
  };
}

/** Every message of an account, both ways, oldest first. */
export function messageViews(account: Account): MessageView[] {
  return account.conversations
    .flatMap((conversation) => conversation.messages.map((message) => ({ conversation, message })))
    .sort((a, b) => newestFirst(b.message, a.message))
    .map(({ conversation, message }) => messageView(account, conversation, message));
}
