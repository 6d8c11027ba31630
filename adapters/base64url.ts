/**
 * The bytes of a text in base64url, or null when it is not written as we would write it. Node also reads other spellings
 * of the same bytes (padding, another alphabet, stray characters, bits left over), by which a signature that was seen
 * once would count under many texts.
 */
export function fromBase64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}
