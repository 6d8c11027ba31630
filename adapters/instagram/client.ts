import { type Secret } from '../../core/access/secret';
import * as conversations from './conversations';
import { callGraph } from './graph-call';
import { type ProviderHttp } from './http';
import * as me from './me';
import * as messages from './messages';
import * as oauth from './oauth';
import { type InstagramSettings } from './settings';
import { readMessage } from './one-message';
import * as subscriptions from './subscriptions';

/** Instagram as one app of ours sees it; every call is a function of a token. */
export function createInstagram(http: ProviderHttp, settings: InstagramSettings) {
  return {
    settings,
    authorizeUrl: (round: Parameters<typeof oauth.authorizeUrl>[1]) => oauth.authorizeUrl(settings, round),
    exchangeCode: (code: { code: Secret; redirectUri: string }) => oauth.exchangeCode(http, settings, code),
    exchangeForLongLived: (token: Secret) => oauth.exchangeForLongLived(http, settings, token),
    refreshToken: (token: Secret) => oauth.refreshToken(http, settings, token),
    subscribe: (token: Secret) => subscriptions.subscribe(http, settings, token),
    isSubscribed: (token: Secret) => subscriptions.isSubscribed(http, settings, token),
    readMessage: (token: Secret, messageId: string) => readMessage(http, settings, token, messageId),
    probe: (token: Secret) => me.probe(http, settings, token),
    readProfile: (token: Secret) => me.readProfile(http, settings, token),
    callGraph: (token: Secret, call: Parameters<typeof callGraph>[3]) =>
      callGraph(http, settings, token, call),
    listConversations: (token: Secret, page: Parameters<typeof conversations.listConversations>[3]) =>
      conversations.listConversations(http, settings, token, page),
    listMessages: (token: Secret, page: Parameters<typeof messages.listMessages>[3]) =>
      messages.listMessages(http, settings, token, page),
    sendMessage: (token: Secret, wanted: Parameters<typeof messages.sendMessage>[3]) =>
      messages.sendMessage(http, settings, token, wanted),
  };
}

export type Instagram = ReturnType<typeof createInstagram>;
