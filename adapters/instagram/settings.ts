import { type Secret } from '../../core/access/secret';

/** How to reach Instagram as one app of ours. */
export interface InstagramSettings {
  appId: string;
  appSecret: Secret;
  /** Still verifies what Instagram signs, while the secret is being replaced. */
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
}

/** What a connection must allow to be of use. @see https://developers.facebook.com/documentation/instagram-platform/conversations-api */
export const REQUIRED_SCOPES = ['instagram_business_basic', 'instagram_business_manage_messages'] as const;
