import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { ownerActor } from '../../core/access/actor';
import { type Caller, TOP_LINE } from '../middleware/caller';

/** Somebody with a valid link: it allows checking its integration. */
export function ownerOf({ ownerRef }: Pick<Integration, 'ownerRef'>, address: string): Caller {
  return {
    name: 'owner',
    actor: ownerActor(ownerRef, address),
    keyId: 'owner',
    scopes: new Set(),
    ownerRefs: null,
    isEmbed: false,
    line: TOP_LINE,
  };
}
