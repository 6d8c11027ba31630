import { type Locale } from '../endpoints/locales';

const TIME_ZONE = 'America/Los_Angeles';

const withWords = (language: string) =>
  new Intl.DateTimeFormat(language, {
    timeZone: TIME_ZONE,
    hourCycle: 'h23',
    weekday: 'long',
    day: '2-digit',
    month: 'short',
    year: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
const english = withWords('en-US');
const portuguese = withWords('pt-BR');
const zoneName = new Intl.DateTimeFormat('en-US', { timeZone: TIME_ZONE, timeZoneName: 'short' });
const numbers = new Intl.DateTimeFormat('en-US', {
  timeZone: TIME_ZONE,
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
});

/** An instant as error messages of a language print it, in California's time. */
export function localDate(instant: number, locale: Locale): string {
  if (locale === 'zh_CN') return chineseDate(instant);
  const part = partsOf(locale === 'pt_BR' ? portuguese : english, instant);
  const month = (part['month'] ?? '').replace('.', '');
  const zone = partsOf(zoneName, instant)['timeZoneName'];
  return `${part['weekday']}, ${part['day']}-${month}-${part['year']} ${part['hour']}:${part['minute']}:${part['second']} ${zone}`;
}

/** `2014年8月17日 8:00` */
function chineseDate(instant: number): string {
  const part = partsOf(numbers, instant);
  return `${part['year']}年${part['month']}月${part['day']}日 ${Number(part['hour'])}:${part['minute']}`;
}

function partsOf(format: Intl.DateTimeFormat, instant: number): Record<string, string> {
  return Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
}

/** An instant as Graph answers print it: `2026-04-05T05:27:08+0000`. */
export function graphDate(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, '+0000');
}
