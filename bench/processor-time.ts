import { readFileSync, readdirSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second. */
const MS_PER_TICK = 10;

/** The processor time of a process and of its children, those that have ended included, in ms. */
export function cpuMsOf(pid: number): number {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(fieldsOf)
    .filter((fields) => fields?.[1] === String(pid));
  const own = fieldsOf(String(pid));
  const ticks = [own, ...children]
    .map((fields) => sum(fields?.slice(11, 13)))
    .concat(sum(own?.slice(13, 15)));
  return sum(ticks) * MS_PER_TICK;
}

/** Fields of /proc/…/stat from the state on; null: the process has ended. */
function fieldsOf(pid: string): string[] | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return null;
  }
}

const sum = (values: readonly (string | number)[] = []): number =>
  values.reduce<number>((total, value) => total + Number(value), 0);
