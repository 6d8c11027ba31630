import { z } from 'zod';

/** The languages that error messages can be had in. */
export const Locale = z.enum(['en_US', 'pt_BR', 'zh_CN']);
export type Locale = z.infer<typeof Locale>;
