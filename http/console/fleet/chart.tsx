import { FLEET_TEXT as TEXT } from '../../../core/text/console-fleet';
import { CONNECTIONS, withQuery } from '../paths';

/** One calendar day of the viewer's. */
export interface Day {
  /** `2026-05-26` */
  date: string;
  count: number;
}

const WIDTH = 1120;
const HEIGHT = 190;
const LEFT = 34;
const BOTTOM = 22;
const TOP = 8;
/** Tokens are refreshed before these days, so whoever is in them is late. */
export const ZONE_DAYS = 14;
const TICK_EVERY_DAYS = 7;

/** How many tokens expire on each of the coming days. A day opens the list of its connections. */
export function ExpiryChart({ days }: { days: readonly Day[] }) {
  const peak = Math.max(1, ...days.map(({ count }) => count));
  const top = niceTop(peak);
  const step = (WIDTH - LEFT) / days.length;
  const x = (day: number) => LEFT + day * step;
  const y = (count: number) => HEIGHT - BOTTOM - (count / top) * (HEIGHT - BOTTOM - TOP);
  const total = days.reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <div class="plain-scroll" role="region" aria-label={TEXT.expiring} tabindex={0}>
        <svg
          class="chart"
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          role="group"
          aria-label={TEXT.chart(total, days.length, Math.max(...days.map(({ count }) => count)))}
        >
          <rect class="zone" x={x(0)} y={TOP} width={round(step * ZONE_DAYS)} height={HEIGHT - BOTTOM - TOP}>
            <title>{TEXT.zone}</title>
          </rect>
          {[0, top / 2, top].map((count) => (
            <>
              <line x1={LEFT} x2={WIDTH} y1={round(y(count))} y2={round(y(count))} />
              <text x={LEFT - 6} y={round(y(count) + 4)} text-anchor="end">
                {String(count)}
              </text>
            </>
          ))}
          {days.map(({ date, count }, day) => (
            <>
              {day % TICK_EVERY_DAYS === 0 && (
                <text x={round(x(day))} y={HEIGHT - 6}>
                  {tickText(date)}
                </text>
              )}
              {count > 0 && (
                <a
                  href={withQuery(CONNECTIONS, { on: date })}
                  class={day < ZONE_DAYS ? 'soon' : undefined}
                  aria-label={TEXT.onDay(date, count)}
                >
                  <rect
                    x={round(x(day) + 1)}
                    y={round(y(count))}
                    width={round(Math.max(2, step - 2))}
                    height={round(HEIGHT - BOTTOM - y(count))}
                  >
                    <title>{TEXT.onDay(date, count)}</title>
                  </rect>
                </a>
              )}
            </>
          ))}
        </svg>
      </div>
      <DayTable days={days} />
    </>
  );
}

function DayTable({ days }: { days: readonly Day[] }) {
  const filled = days.filter(({ count }) => count > 0);
  if (filled.length === 0) return null;
  return (
    <details id="per-day">
      <summary>{TEXT.asTable}</summary>
      <div class="scroll" role="region" aria-label={TEXT.tableLabel} tabindex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{TEXT.day}</th>
              <th scope="col" class="number">
                {TEXT.tokens}
              </th>
            </tr>
          </thead>
          <tbody>
            {filled.map(({ date, count }) => (
              <tr>
                <th scope="row">
                  <a href={withQuery(CONNECTIONS, { on: date })}>{date}</a>
                </th>
                <td class="number">{String(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** The next even number that is easy to read: 2, 4, 10, 20, 40, 100 … */
function niceTop(peak: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(peak));
  const factor = [1, 2, 4, 10].find((one) => one * magnitude >= peak) ?? 10;
  return Math.max(2, factor * magnitude);
}

/** `26 May` */
function tickText(date: string): string {
  const format = { day: 'numeric', month: 'short', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat('en-GB', format).format(Date.parse(date));
}

function round(value: number): string {
  return value.toFixed(1);
}
