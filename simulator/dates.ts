const pacific = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/Los_Angeles',
  hourCycle: 'h23',
  weekday: 'long',
  day: '2-digit',
  month: 'short',
  year: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});

/** An instant as error messages print it: `Thursday, 21-May-26 04:00:00 PDT`. */
export function pacificDate(instant: number): string {
  const part = Object.fromEntries(pacific.formatToParts(instant).map(({ type, value }) => [type, value]));
  return `${part['weekday']}, ${part['day']}-${part['month']}-${part['year']} ${part['hour']}:${part['minute']}:${part['second']} ${part['timeZoneName']}`;
}

/** An instant as Graph answers print it: `2026-04-05T05:27:08+0000`. */
export function graphDate(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, '+0000');
}
