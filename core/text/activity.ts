import { type EventType } from '../deliveries/events';
import { type Reason } from '../lifecycle/states';
import { REASON_LABELS } from './console-labels';

/** Kinds of activity that a timeline can be limited to. */
export const ACTIVITY = {
  token: {
    label: 'Token',
    types: [
      'token.refreshed',
      'token.refresh_failing',
      'token.expiring',
      'token.rejected',
      'token.owner_action_required',
      'token.recovered',
      'token.decrypt_failed',
    ],
  },
  connection: {
    label: 'Connection',
    types: [
      'integration.connected',
      'integration.reconnected',
      'integration.expired',
      'integration.reminder',
      'integration.disconnected',
      'connect.refused',
      'capability.changed',
    ],
  },
  people: {
    label: 'People and programs',
    types: [
      'integration.paused',
      'integration.resumed',
      'integration.checked',
      'integration.disconnected',
      'messages.viewed',
    ],
  },
  messages: {
    label: 'Inbox',
    types: ['message.received', 'message.edited', 'message.deleted', 'messages.viewed'],
  },
} as const satisfies Record<string, { label: string; types: readonly EventType[] }>;
export type ActivityKind = keyof typeof ACTIVITY;

const TRIGGERS: Readonly<Record<string, string>> = {
  schedule: 'on schedule',
  manual: 'requested',
  emergency: 'last attempt before expiry',
  recovery: 'after a rejection',
};
const OUTCOMES: Readonly<Record<string, string>> = {
  verified_ok: 'token valid',
  refreshed: 'token replaced',
  expired: 'owner has to reconnect',
  undecided: 'no clear answer',
  stale_version: 'newer token in use',
};

/** What an event says besides its type: reason, outcome, code, and who acted. */
export function activityDetails(data: Readonly<Record<string, unknown>>): string[] {
  const text = (name: string) => (typeof data[name] === 'string' ? data[name] : null);
  const [reason, trigger, outcome] = [text('reason'), text('trigger'), text('outcome')];
  const code = typeof data.code === 'number' ? `code ${data.code}` : null;
  const by = actorName(data.actor) ?? text('by');
  return [
    reason && (REASON_LABELS[reason as Reason] ?? reason),
    trigger && (TRIGGERS[trigger] ?? trigger),
    outcome && (OUTCOMES[outcome] ?? outcome),
    code && (typeof data.subcode === 'number' ? `${code}/${data.subcode}` : code),
    by && `by ${by}`,
  ].filter((detail) => detail !== null);
}

function actorName(actor: unknown): string | null {
  const { name } = (actor ?? {}) as { name?: unknown };
  return typeof name === 'string' ? name : null;
}
