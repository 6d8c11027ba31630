import type { z } from 'zod';
import { type SimulatorContext } from '../http';

/** What is wrong with a control request, field by field. */
export class InputError extends Error {
  constructor(readonly errors: { field: string; message: string }[]) {
    super('invalid control request');
    this.name = 'InputError';
  }
}

/** The JSON body of a control request; no body counts as `{}`. */
export async function readBody<T extends z.ZodType>(c: SimulatorContext, schema: T): Promise<z.output<T>> {
  const text = await c.req.text();
  let body: unknown;
  try {
    body = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    throw new InputError([{ field: 'body', message: 'must be JSON' }]);
  }
  return readInput(schema, body);
}

export function readInput<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new InputError(result.error.issues.flatMap(problems));
}

function problems(issue: z.core.$ZodIssue): { field: string; message: string }[] {
  const field = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys') return [{ field: field || 'body', message: issue.message }];
  return issue.keys.map((key) => ({
    field: [field, key].filter(Boolean).join('.'),
    message: 'is not known',
  }));
}
