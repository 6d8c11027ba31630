import { type EventType } from '../deliveries/events';
import { type Connection, type ConnectionFields } from './connection';
import { mayFollow } from './transitions';

/** One change to a connection: the fields it sets and the events that report it, stored together or not at all. */
export interface Change {
  set: ConnectionFields;
  events: ChangeEvent[];
  /**
   * Made outside the lifecycle: the row's revision rises, so that a run that misses the signal finds out.
   * `already_known`: there is no run left that would have to.
   */
  outside?: true | 'already_known';
}

export interface ChangeEvent {
  type: EventType;
  data?: Record<string, unknown>;
}

/** A change may only lead to a state that `transitions.ts` allows. @throws Error for a change that must not happen */
export function applied<C extends Connection>(was: C, { set }: Change): C {
  if (set.state !== undefined && !mayFollow(was.state, set.state))
    throw new Error(`A connection that is ${was.state} cannot become ${set.state}.`);
  return { ...was, ...set };
}

/** Two changes as one: the second is made of what the first leaves. */
export function andThen(first: Change, was: Connection, second: (then: Connection) => Change): Change {
  const next = second(applied(was, first));
  return { set: { ...first.set, ...next.set }, events: [...first.events, ...next.events] };
}
