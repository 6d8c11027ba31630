import { type Refresh } from './token-job';

/** What a rival's process is started with. */
export interface Surroundings {
  databaseUrl: string;
  redisPort: number | null;
  temporalAddress: string;
  refresh: Refresh;
}

export interface Job {
  id: string;
  /** Epoch ms. */
  at: number;
}

/** One way to run a job for each token at its instant, and again at the instant that the job answers. */
export interface Rival {
  /** Puts jobs to sleep until their instants. */
  schedule(jobs: readonly Job[]): Promise<void>;
}

/** Prepares what the rival keeps, and starts working on what falls due. */
export type StartRival = (surroundings: Surroundings) => Promise<Rival>;
