/**
 * Who makes a change: a program with an API key, a person in the console, a page with an embed token, an account's owner
 * on a connect page, Instagram by a callback, a person at the command line, or a workflow.
 */
export const ACTOR_KINDS = [
  'api_key',
  'console_user',
  'embed_token',
  'owner',
  'instagram',
  'cli',
  'workflow',
] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

export interface Actor {
  kind: ActorKind;
  /** ID of the API key whose rights were used, or `bootstrap`; null: no key was. */
  id: string | null;
  /** Of the key, the console's user, the owner, the operating system's user, or the workflow's type. */
  name: string;
  /** The operating system's user, as Evergrant's command line names them to the API; it is not verified. */
  user: string | null;
  /** The client's IP address, IPv6 as its /64 network; null: none was involved. */
  address: string | null;
}

/** The part of an actor that events carry. */
export type NamedActor = Pick<Actor, 'kind' | 'name'>;

export function namedActor({ kind, name }: Actor): NamedActor {
  return { kind, name };
}

/** @param address of the client, Instagram's or a forger's with its app secret */
export function instagramActor(address: string): Actor {
  return { kind: 'instagram', id: null, name: 'Instagram', user: null, address };
}

/** An account's owner, on the connect pages. */
export function ownerActor(ownerRef: string, address: string | null): Actor {
  return { kind: 'owner', id: null, name: ownerRef, user: null, address };
}

/** @param type of the workflow, such as `FleetAudit` */
export function workflowActor(type: string): Actor {
  return { kind: 'workflow', id: null, name: type, user: null, address: null };
}
