import { type HttpDeps } from '../../deps';
import { type SandboxView } from './sandbox-bar';

/** What the sandbox bar shows; null where there is no sandbox. */
export function sandboxView({ console: { sandbox }, clock }: HttpDeps): SandboxView | null {
  return sandbox && { now: clock.now(), accounts: sandbox.accounts(), isOutage: sandbox.isOutage() };
}
