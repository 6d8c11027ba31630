/**
 * Permissions an app can ask for.
 * @see https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login
 */
const SCOPES = [
  'instagram_business_basic',
  'instagram_business_manage_messages',
  'instagram_business_manage_comments',
  'instagram_business_content_publish',
  'instagram_business_manage_insights',
] as const;
export type Scope = (typeof SCOPES)[number];

export const BASIC = 'instagram_business_basic';
export const MESSAGING = 'instagram_business_manage_messages';

export const isScope = (name: string): name is Scope => (SCOPES as readonly string[]).includes(name);

/** Scopes as the authorize page takes them: separated by commas or spaces. */
export function parseScopes(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((name) => name !== ''))];
}
