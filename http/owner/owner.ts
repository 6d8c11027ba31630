import { type Caller, TOP_LINE } from '../middleware/caller';

/** Somebody with a valid link: it allows checking its integration. */
export const OWNER: Caller = {
  name: 'owner',
  keyId: 'owner',
  scopes: new Set(),
  ownerRefs: null,
  isEmbed: false,
  line: TOP_LINE,
};
