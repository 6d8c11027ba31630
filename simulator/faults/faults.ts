import { z } from 'zod';
import { type Clock, SECOND_MS } from '../clock';
import { ConflictError } from '../graph/conflict';
import { LIMITS } from '../usage/limits';
import { type Account } from '../world/state';

const path = z
  .string()
  .regex(/^(\/|\*$)/, 'must begin with /')
  .refine((value) => !value.startsWith('/_sim'), 'must be one of Instagram’s own paths')
  .refine((value) => !/^\/v\d+\.\d+(\/|$)/.test(value), 'must be given without version prefix');

const seconds = z
  .number()
  .min(0)
  .max(100 * 366 * 86_400);

const isGiven = (value: unknown) => value !== undefined;

/** Effects of which a fault has one at most. */
const instead = ({ error, body, drop, truncate, app }: Partial<Record<Effect, unknown>>) => [
  error,
  body,
  drop,
  truncate,
  app,
];
type Effect = 'error' | 'body' | 'drop' | 'truncate' | 'app';

/** Something that goes wrong, and for which requests. */
export const FaultInput = z
  .strictObject({
    match: z
      .strictObject({
        path: path.optional(),
        /** Id or username. */
        account: z.string().min(1).optional(),
        method: z
          .string()
          .regex(/^[A-Za-z]+$/, 'must be an HTTP method')
          .transform((method) => method.toUpperCase())
          .optional(),
      })
      .default({}),
    /** How many requests it hits; absent: all, until faults are deleted. */
    times: z.int().min(1).max(1_000_000).optional(),
    status: z.int().min(200).max(599).optional(),
    error: z
      .strictObject({
        code: z.int(),
        subcode: z.int().optional(),
        message: z.string().max(2_000).optional(),
        is_transient: z.boolean().optional(),
        type: z.string().max(100).optional(),
        error_user_title: z.string().max(2_000).optional(),
        error_user_msg: z.string().max(2_000).optional(),
        error_data: z.record(z.string(), z.json()).optional(),
      })
      .optional(),
    /** Answered as it is: a string raw, anything else as JSON. */
    body: z.json().optional(),
    delayMs: z.int().min(0).max(LIMITS.faultDelayMs).optional(),
    drop: z.enum(['before', 'after']).optional(),
    app: z.literal('blocked').optional(),
    /** The request is served, and half of its answer arrives. */
    truncate: z.literal(true).optional(),
    /** When it begins and how long it lasts, from now on, by the virtual clock. */
    afterSeconds: seconds.optional(),
    forSeconds: seconds.optional(),
  })
  .refine(({ status, delayMs, ...fault }) => [status, delayMs, ...instead(fault)].some(isGiven), {
    message: 'must have an effect: status, error, body, delayMs, drop, truncate or app',
  })
  .refine((fault) => instead(fault).filter(isGiven).length <= 1, {
    message: 'error, body, drop, truncate and app exclude each other',
  });
export type FaultInput = z.input<typeof FaultInput>;

export type Fault = z.output<typeof FaultInput> & {
  id: number;
  remaining: number | null;
  /** ISO 8601, by the virtual clock; `null`: without end. */
  from: string;
  until: string | null;
};

/** A request as faults see it. */
export interface Target {
  method: string;
  /** Without version prefix. */
  path: string;
  account: Account | undefined;
}

export interface Faults {
  add(fault: z.output<typeof FaultInput>): Fault;
  /** The first fault that matches, counted down; a used-up one is gone. */
  take(target: Target): Fault | undefined;
  list(): Fault[];
  clear(): void;
}

export function createFaults(clock: Clock): Faults {
  let faults: Fault[] = [];
  let lastId = 0;
  return {
    add(input) {
      if (faults.length >= LIMITS.faults) {
        throw new ConflictError('match', `there already are ${LIMITS.faults} faults`);
      }
      const from = clock.now() + (input.afterSeconds ?? 0) * SECOND_MS;
      const until = input.forSeconds === undefined ? null : iso(from + input.forSeconds * SECOND_MS);
      const fault = { ...input, id: ++lastId, remaining: input.times ?? null, from: iso(from), until };
      faults.push(fault);
      return fault;
    },
    take(target) {
      const now = clock.now();
      faults = faults.filter(({ until }) => until === null || now < Date.parse(until));
      const fault = faults.find(({ match, from }) => Date.parse(from) <= now && matches(match, target));
      if (fault && fault.remaining !== null && --fault.remaining === 0) {
        faults = faults.filter((one) => one !== fault);
      }
      return fault;
    },
    list: () => [...faults],
    clear() {
      faults = [];
    },
  };
}

const iso = (instant: number) => new Date(instant).toISOString();

function matches(match: Fault['match'], { method, path, account }: Target): boolean {
  if (match.method !== undefined && match.method !== method) return false;
  if (match.account !== undefined && !isAccount(match.account, account)) return false;
  if (match.path === undefined) return true;
  return match.path.endsWith('*') ? path.startsWith(match.path.slice(0, -1)) : path === match.path;
}

function isAccount(name: string, account: Account | undefined): boolean {
  return account !== undefined && (name === account.id || name.replace(/^@/, '') === account.username);
}
