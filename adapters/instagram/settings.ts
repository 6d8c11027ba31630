import { type Secret } from '../../core/access/secret';

/** How to reach Instagram as one app of ours. */
export interface InstagramSettings {
  appId: string;
  appSecret: Secret;
  /** Still verifies what Instagram signs, and is tried where the new one is refused, while the secret is being replaced. */
  appSecretPrevious?: Secret | undefined;
  /** What Instagram proves itself with when a webhook is set up; without it nothing is subscribed to. */
  webhookVerifyToken?: Secret | undefined;
  authorizeUrl: string;
  /** Host of the code exchange, without a trailing slash. */
  apiUrl: string;
  /** Host of everything else, without a trailing slash. */
  graphUrl: string;
  graphVersion: string;
  scopes: readonly string[];
  /** Parameters of the consent page's address that make Instagram ask who logs in. Absent: `FORCE_LOGIN_PARAMETERS`. */
  forceLoginParameters?: string | undefined;
}

/**
 * Meta's pages name different parameters for a new login, and the consent page ignores unknown ones: both are sent.
 * @see https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login
 * @see https://developers.facebook.com/documentation/instagram-platform/reference/oauth-authorize
 */
export const FORCE_LOGIN_PARAMETERS = 'force_reauth=true&force_authentication=1';

/** What a connection must allow to be of use. @see https://developers.facebook.com/documentation/instagram-platform/conversations-api */
export const BASIC_SCOPE = 'instagram_business_basic';
export const MESSAGES_SCOPE = 'instagram_business_manage_messages';
export const REQUIRED_SCOPES = [BASIC_SCOPE, MESSAGES_SCOPE] as const;
