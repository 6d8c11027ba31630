import { DefaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';

/**
 * Reads a payload that cannot be decoded as `undefined`, which handlers count and drop. The default converter would
 * throw, and an exception before the handler runs fails the workflow task forever.
 */
class TolerantPayloadConverter implements PayloadConverter {
  private readonly inner = new DefaultPayloadConverter();

  toPayload<T>(value: T): Payload {
    return this.inner.toPayload(value);
  }

  fromPayload<T>(payload: Payload): T {
    try {
      return this.inner.fromPayload(payload);
    } catch {
      return undefined as T;
    }
  }
}

export const payloadConverter = new TolerantPayloadConverter();
