import { CATALOGUE, type ErrorName } from '../catalogue';
import { type Row } from '../catalogue/row';
import { type Locale } from '../endpoints/locales';
import { messageOf, type Values } from '../world/texts';

export interface Refusal {
  status: number;
  type: string;
  code: number;
  /** Absent, or a value; a literal 0 is seen too. */
  subcode?: number;
  transient?: boolean;
  /** Absent: what the catalogue has for `name`, in the language asked for. */
  message?: string;
  name?: ErrorName;
  values?: Values;
  /** Absent: the sandbox's. */
  locale?: Locale;
  /** `error_data`. */
  data?: Record<string, unknown>;
  userTitle?: string;
  userMessage?: string;
}

/** An answer that refuses. Endpoints throw it, the HTTP layer gives it the envelope of its host. */
export class InstagramError extends Error {
  constructor(readonly refusal: Refusal) {
    super(textOf(refusal, 'en_US'));
    this.name = 'InstagramError';
  }
}

export function refuse(name: ErrorName, values: Values = {}): InstagramError {
  return new InstagramError(refusalOf(name, values));
}

export function refusalOf(name: ErrorName, values: Values = {}): Refusal {
  const { message: _, ...row }: Row = CATALOGUE[name];
  return { ...row, name, values };
}

/** What a refusal says. */
export function textOf({ message, name, values = {}, locale }: Refusal, sandboxLocale: Locale): string {
  return message ?? (name ? messageOf(name, values, locale ?? sandboxLocale) : '');
}
