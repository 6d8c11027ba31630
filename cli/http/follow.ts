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
    const found = await newOnes(api, { ...filter, after }).catch((error: unknown) => {
      // A server that restarts is waited for; one that never answered, or refuses, is not.
      if (first || error instanceof Refusal || !(error instanceof Failure)) throw error;
      if (reachable) note(io, `${error.message} Waiting for it.`);
      return null;
    });
    reachable = found !== null;
    for (const event of found?.events ?? []) show(event);
    after = found?.after ?? after;
    if ((found?.events.length ?? 0) < AT_ONCE) await io.pause(LOOK_EVERY_MS, stop);
  }
}

/** @returns `after`: where to go on */
async function newOnes(api: Api, filter: EventFilter): Promise<{ events: Event[]; after: string | null }> {
  if (filter.integrationId === null) {
    const { data, position } = await feedPage(api, filter, AT_ONCE);
    return { events: data, after: position };
  }
  const page: Page<Event> = await timelinePage(api, filter, filter.after === null ? AT_ONCE : Infinity);
  return { events: page.data.reverse(), after: page.data.at(-1)?.id ?? null };
}
