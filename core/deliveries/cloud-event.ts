/** An event as programs are told of it. @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
export interface CloudEvent {
  specversion: '1.0';
  id: string;
  /** The service's public URL. */
  source: string;
  type: string;
  subject: string;
  /** ISO 8601 UTC. */
  time: string;
  datacontenttype: 'application/json';
  data: Readonly<Record<string, unknown>>;
}

/** Wraps an event in the CloudEvents envelope. @param event `at` in epoch ms */
export function cloudEvent(
  source: string,
  event: { id: string; type: string; subject: string; at: number; data: Readonly<Record<string, unknown>> },
): CloudEvent {
  return {
    specversion: '1.0',
    id: event.id,
    source,
    type: event.type,
    subject: event.subject,
    time: new Date(event.at).toISOString(),
    datacontenttype: 'application/json',
    data: event.data,
  };
}
