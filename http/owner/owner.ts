import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { type Caller, TOP_LINE } from '../middleware/caller';

/** Somebody with a valid link of an integration: it allows checking it. @param address of the client */
export function ownerOf({ ownerRef }: Integration, address: string): Caller {
  return {
    name: 'owner',
    actor: { kind: 'owner', id: null, name: ownerRef, user: null, address },
    keyId: 'owner',
    scopes: new Set(),
    ownerRefs: null,
    isEmbed: false,
    line: TOP_LINE,
  };
}
