import { CATALOGUE, type ErrorName } from '../catalogue';
import { localDate } from '../graph/dates';
import { type Locale, TRANSLATIONS } from '../endpoints/locales';

/** The values for a message's placeholders; a number is an instant, printed as the language prints dates. */
export type Values = Record<string, string | number>;

/** The text for a name; in English where a language has none. */
export function messageOf(name: ErrorName, values: Values, locale: Locale): string {
  const text: string = TRANSLATIONS[locale][name] ?? CATALOGUE[name].message;
  return text.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = values[key] ?? '';
    return typeof value === 'number' ? localDate(value, locale) : value;
  });
}
