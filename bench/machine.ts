import { availableParallelism, totalmem } from 'node:os';
import { version } from '../package.json';

/** Where, and by what, results were measured. */
export interface MeasuredOn {
  versions: { node: string; evergrant: string };
  machine: { cpus: number; memoryGiB: number; platform: string };
}

export const measuredOn = (): MeasuredOn => ({
  versions: { node: process.version, evergrant: version },
  machine: {
    cpus: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
  },
});
