import { type Call } from '../../../test/soak/journal';
import { type Span } from '../../../test/soak/checker/truth';
import { type Seen } from '../world/seen';
import { type GrantLife, type Why } from './grants';

/** Both sides count a lifetime from another instant: near its end neither is wrong. */
const TOLERANCE_MS = 5 * 60_000;

/** What one account went through: its grants, what people saw, its calls. Each list oldest first. */
export interface AccountStory {
  grants: readonly GrantLife[];
  seen: readonly Seen[];
  calls: readonly Call[];
}

/** The death that a grant is in at an instant; null: it is alive; undefined: there is no grant. */
export function deathAt(grants: readonly GrantLife[], at: number): (Span & { why: Why }) | null | undefined {
  const grant = grants.findLast(({ from }) => from <= at);
  return grant && (grant.deaths.find(({ from, to }) => from <= at && at < to) ?? null);
}

/** Whether something asks the owner to act: by the product's pages or by a message. */
export const asks = (one: Seen): boolean =>
  one.kind === 'asked' || (one.kind === 'notice' && (one.asks === 'reconnect' || one.asks === 'act'));

/** When an owner was asked whose grant was alive. What belongs to one request counts once. */
export function falseRequests({ grants, seen }: AccountStory): number[] {
  let isOpen = false;
  const instants: number[] = [];
  for (const one of seen) {
    if (one.kind === 'works' || one.kind === 'granted') isOpen = false;
    if (!asks(one) || isOpen) continue;
    isOpen = true;
    const isAlive = deathAt(grants, one.at) === null && deathAt(grants, one.at + TOLERANCE_MS) === null;
    if (isAlive) instants.push(one.at);
  }
  return instants;
}

/** How long it took from the first refusal of a used token until a use went well, or its owner was asked to act. */
export function minutesToRecovery({ grants, seen, calls }: AccountStory, end: number): number[] {
  const refusals = calls
    .filter(({ code, path }) => code === 190 && path.endsWith('/conversations'))
    .map((call) => call.reachedAt ?? call.at);
  const ends = seen.filter((one) => asks(one) || (one.kind === 'use' && one.outcome === 'ok'));
  const minutes: number[] = [];
  let until = -Infinity;
  for (const at of refusals) {
    if (at <= until) continue;
    const death = deathAt(grants, at);
    const wasAsked = death && seen.some((one) => asks(one) && death.from <= one.at && one.at < at);
    if (wasAsked) continue;
    until = ends.find((one) => one.at >= at)?.at ?? end;
    minutes.push((until - at) / 60_000);
  }
  return minutes;
}

/** How many messages asked its owner to act, for each death of which a refused call told the product. */
export function noticesPerIncident({ grants, seen, calls }: AccountStory): number[] {
  return grants.flatMap((grant) =>
    grant.deaths.flatMap((death) => {
      const span = { from: death.from, to: Math.min(death.to, grant.to) };
      const within = ({ at }: { at: number }) => span.from <= at && at < span.to;
      if (!calls.some((call) => call.code === 190 && within(call))) return [];
      return [seen.filter((one) => one.kind === 'notice' && asks(one) && within(one)).length];
    }),
  );
}
