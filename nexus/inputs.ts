import { z } from 'zod';
import { isTokenCode } from '../core/lifecycle/failure';

/** Inputs of operations, see `service.ts`. */
const integrationId = z.string().min(1).max(100);

export const INPUTS = {
  status: z.strictObject({ integrationId }),
  rejection: z.strictObject({
    integrationId,
    version: z.number().int().min(1),
    code: z.number().int().refine(isTokenCode, 'must be 190 or 102: other codes say nothing about the token'),
    subcode: z.number().int().min(0).nullable().default(null),
    source: z
      .string()
      .regex(/^[\w ./:@-]{1,64}$/, 'must be 1 to 64 letters, digits and . / : @ - _')
      .default('nexus'),
  }),
  fresh: z.strictObject({ integrationId, withinDays: z.number().min(0).max(60).default(3) }),
};
