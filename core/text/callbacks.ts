/** For operators: why deliveries of Instagram were refused, and what to do about it. */
const REFUSALS = {
  wrong_signature: {
    text: 'The X-Hub-Signature-256 header matches neither INSTAGRAM_APP_SECRET nor INSTAGRAM_APP_SECRET_PREVIOUS.',
    hint: 'Set INSTAGRAM_APP_SECRET to the Instagram app secret in Meta’s dashboard. If some deliveries are signed with the secret of the Meta app, set that one as INSTAGRAM_APP_SECRET_PREVIOUS. See docs/callbacks.md.',
  },
  no_signature: {
    text: 'The request has no X-Hub-Signature-256 header, so it is not from Instagram, or a proxy removed the header.',
    hint: 'Check that the proxy in front passes the header through. See docs/callbacks.md.',
  },
  too_large: {
    text: 'The delivery is larger than 1 MiB.',
    hint: 'Check what sends it: Instagram’s own deliveries are smaller.',
  },
} as const;

/** What whoever sent a delivery is told. */
export const WRONG_SIGNATURE = {
  title: 'Signature does not match',
  detail: 'The X-Hub-Signature-256 header does not match the body.',
} as const;

export function refusalText(why: keyof typeof REFUSALS): string {
  return REFUSALS[why].text;
}

export function refusalHint(why: keyof typeof REFUSALS): string {
  return REFUSALS[why].hint;
}
