import { type History } from './recorded';
import { timerKindOf, timesOf } from './timers';

/** What happened in a run, by name. */
export interface Contents {
  workflowTypes: string[];
  activities: string[];
  signals: string[];
  updates: string[];
  patches: string[];
  timers: string[];
}

const NOTHING: Contents = {
  workflowTypes: [],
  activities: [],
  signals: [],
  updates: [],
  patches: [],
  timers: [],
};

/** What all these runs contain, each name once. */
export function contentsOf(histories: History[]): Contents {
  const all = histories.map(contentsOfOne);
  const once = (of: keyof Contents) => [...new Set(all.flatMap((contents) => contents[of]))].sort();
  const kinds = Object.keys(NOTHING) as (keyof Contents)[];
  return Object.fromEntries(kinds.map((kind) => [kind, once(kind)])) as unknown as Contents;
}

function contentsOfOne(history: History): Contents {
  const events = history.events ?? [];
  const names = <Event>(nameOf: (event: Event) => string | null | undefined, of: Event[]) =>
    of.flatMap((event) => nameOf(event) ?? []);
  return {
    workflowTypes: names(
      (event) => event.workflowExecutionStartedEventAttributes?.workflowType?.name,
      events,
    ),
    activities: names((event) => event.activityTaskScheduledEventAttributes?.activityType?.name, events),
    signals: names((event) => event.workflowExecutionSignaledEventAttributes?.signalName, events),
    updates: names(
      (event) => event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.name,
      events,
    ),
    patches: names((event) => {
      const marker = event.markerRecordedEventAttributes;
      const payload = marker?.details?.['patch-data']?.payloads?.[0];
      return payload ? (JSON.parse(Buffer.from(payload.data!).toString()) as { id: string }).id : null;
    }, events),
    timers: timesOf(events).map(timerKindOf),
  };
}
