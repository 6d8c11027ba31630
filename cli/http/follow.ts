import { type Event, type Page } from './answers';
import { type Api } from './api';
import { Failure } from '../failures';
import { type Io } from '../output/io';
import { note } from '../output/output';
import { Refusal } from './problem';
import { type EventFilter, feedPage, timelinePage } from '../output/timeline';

const LOOK_EVERY_MS = 1_000;
const AT_ONCE = 500;

/** Shows events oldest first, then new ones as they come, until the process is asked to stop. */
export async function follow(
  io: Io,
  api: Api,
  filter: EventFilter,
  show: (event: Event) => void,
): Promise<void> {
  const stop = io.stopSignal();
  let { after } = filter;
  let reachable = true;
  for (let first = true; !stop.aborted; first = false) {
    const events = await newOnes(api, { ...filter, after }).catch((error: unknown) => {
      // A server that restarts is waited for; one that never answered, or refuses, is not.
      if (first || error instanceof Refusal || !(error instanceof Failure)) throw error;
      if (reachable) note(io, `${error.message} Waiting for it.`);
      return null;
    });
    reachable = events !== null;
    for (const event of events ?? []) show(event);
    after = events?.at(-1)?.id ?? after;
    if ((events?.length ?? 0) < AT_ONCE) await io.pause(LOOK_EVERY_MS, stop);
  }
}

async function newOnes(api: Api, filter: EventFilter): Promise<Event[]> {
  if (filter.integrationId === null) return (await feedPage(api, filter, AT_ONCE)).data;
  const page: Page<Event> = await timelinePage(api, filter, filter.after === null ? AT_ONCE : Infinity);
  return page.data.reverse();
}
