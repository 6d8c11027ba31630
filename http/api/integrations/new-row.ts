import { type NewIntegration } from '../../../adapters/postgres/integrations/integrations';
import { type HttpDeps } from '../../deps';

interface Wanted {
  ownerRef: string;
  externalId?: string | undefined;
  contact?: { email: string } | undefined;
}

/** A new integration for this deployment's app. */
export function newRow(deps: Pick<HttpDeps, 'instagram'>, wanted: Wanted): NewIntegration {
  return {
    provider: 'instagram',
    appId: deps.instagram.settings.appId,
    ownerRef: wanted.ownerRef,
    externalId: wanted.externalId ?? null,
    contactEmail: wanted.contact?.email ?? null,
  };
}
