import { type Secret } from '../../core/access/secret';
import { type Failure } from '../../core/lifecycle/failure';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { type Account } from '../../adapters/instagram/me';
import { ProviderError } from '../../adapters/instagram/provider-error';
import { type Deps } from '../deps';
import { weigh } from './weigh';

/** What one look at a token told. `unclear` says nothing about the token. */
export type Verdict =
  | { is: 'alive'; account: Account }
  | { is: 'other_account'; account: Account }
  | { is: 'dead' | 'owner_action' | 'ambiguous' | 'unclear'; error: ProviderError; failure: Failure };

export async function probeToken(deps: Deps, integration: Integration, token: Secret): Promise<Verdict> {
  try {
    const account = await deps.instagram.probe(token);
    const same = integration.accountId === null || account.id === integration.accountId;
    await weigh(deps, integration, null);
    return { is: same ? 'alive' : 'other_account', account };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    await weigh(deps, integration, error.failure.class);
    return { is: verdictOf(error.failure), error, failure: error.failure };
  }
}

function verdictOf(failure: Failure): 'dead' | 'owner_action' | 'ambiguous' | 'unclear' {
  switch (failure.class) {
    case 'terminal':
      return 'dead';
    case 'owner_action':
    case 'ambiguous':
      return failure.class;
    default:
      return 'unclear';
  }
}
