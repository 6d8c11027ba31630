import { type Endpoint } from '../graph/call';
import { conversations } from './conversations';
import { me } from './me';
import { messages } from './messages';
import { messengerProfile, setMessengerProfile } from './messenger-profile';
import { object } from './object';
import { send } from './send';
import { subscribe, subscriptions, unsubscribe } from './subscribed-apps';

/** The Graph operations, in the order in which paths are tried. */
export const endpoints: readonly Endpoint[] = [
  me,
  conversations,
  messages,
  send,
  setMessengerProfile,
  messengerProfile,
  subscribe,
  subscriptions,
  unsubscribe,
  object,
];
