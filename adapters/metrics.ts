import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/**
 * What Evergrant counts. Labels name kinds, never integrations, accounts or owners; an unknown value leaves its series
 * out rather than showing 0.
 */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers });

  const refreshes = counter('evergrant_refresh_attempts_total', 'Refresh attempts by trigger and result.', [
    'trigger',
    'result',
  ]);
  const recoveries = counter('evergrant_recoveries_total', 'Recovery attempts by outcome.', ['outcome']);
  const expirations = counter('evergrant_expirations_total', 'Expired integrations by cause.', ['cause']);
  const deliveries = counter(
    'evergrant_deliveries_total',
    'Delivery attempts by kind and outcome. Refused attempts are retried.',
    ['kind', 'outcome'],
  );
  const providerRequests = counter(
    'evergrant_provider_requests_total',
    'Requests to Instagram by operation and status class.',
    ['operation', 'status'],
  );
  const providerSeconds = new Histogram({
    name: 'evergrant_provider_request_duration_seconds',
    help: 'Duration of requests to Instagram in seconds.',
    labelNames: ['operation'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
    registers,
  });

  const unreadable = counter(
    'evergrant_provider_unreadable_total',
    'Fields of answers from Instagram that could not be read, by operation and field.',
    ['operation', 'field'],
  );
  const connects = counter(
    'evergrant_connects_total',
    'Finished attempts to connect an account, by result and by what Instagram refused.',
    ['result', 'refusal'],
  );
  const callbacks = counter(
    'evergrant_callback_items_total',
    'Parts of webhook deliveries from Instagram by outcome and kind.',
    ['outcome', 'kind'],
  );
  const replaced = counter(
    'evergrant_lifecycles_replaced_total',
    'Lifecycles that could not go on, and were replaced by a new run.',
    [],
  );

  const counters = {
    refresh: (trigger: string, result: string) => refreshes.inc({ trigger, result }),
    recovery: (outcome: string) => recoveries.inc({ outcome }),
    expiration: (cause: string) => expirations.inc({ cause }),
    connect: (result: string, refusal: string) => connects.inc({ result, refusal }),
    unreadable: (operation: string, field: string) => unreadable.inc({ operation, field }),
    callback: (outcome: string, kind: string) => callbacks.inc({ outcome, kind }),
    lifecycleReplaced: () => replaced.inc(),
    delivery: (kind: string, outcome: string) => deliveries.inc({ kind, outcome }),
    providerCall: (operation: string, status: string, durationMs: number) => {
      providerRequests.inc({ operation, status });
      providerSeconds.observe({ operation }, durationMs / 1000);
    },
  };

  /** Shows fleet figures that are read from the database at each scrape. */
  function watchFleet(read: () => Promise<{ states: Record<string, number>; overdue: number }>): void {
    const states = new Gauge({
      name: 'evergrant_integrations',
      help: 'Integrations by state.',
      labelNames: ['state'],
      registers,
      async collect() {
        const fleet = await read().catch(() => null);
        this.reset();
        overdue.remove();
        if (!fleet) return;
        for (const [state, count] of Object.entries(fleet.states)) this.set({ state }, count);
        overdue.set(fleet.overdue);
      },
    });
    const overdue = new Gauge({
      name: 'evergrant_refresh_overdue_integrations',
      help: 'Integrations overdue by more than 1 hour.',
      registers,
    });
    void states;
  }

  /** Shows a figure that is read at each scrape; null, or a failure to read it, leaves it out. */
  function watch(name: string, help: string, read: () => Promise<number | null>): void {
    void new Gauge({
      name,
      help,
      registers,
      async collect() {
        const figure = await read().catch(() => null);
        this.remove();
        if (figure !== null) this.set(figure);
      },
    });
  }

  /** Shows what waits to be delivered, read from the database at each scrape. */
  function watchDeliveries(read: () => Promise<{ waiting: number; oldestAgeSeconds: number }>): void {
    const oldest = new Gauge({
      name: 'evergrant_deliveries_oldest_waiting_seconds',
      help: 'Age of the oldest pending delivery in seconds; 0 without pending deliveries.',
      registers,
    });
    void new Gauge({
      name: 'evergrant_deliveries_waiting',
      help: 'Pending deliveries.',
      registers,
      async collect() {
        const found = await read().catch(() => null);
        this.remove();
        oldest.remove();
        if (!found) return;
        this.set(found.waiting);
        oldest.set(found.oldestAgeSeconds);
      },
    });
  }

  return { registry, counters, watch, watchFleet, watchDeliveries };
}

export type Metrics = ReturnType<typeof createMetrics>;
export type Counters = Metrics['counters'];
