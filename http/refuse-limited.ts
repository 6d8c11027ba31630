import { createMiddleware } from 'hono/factory';
import { type Env } from './auth';
import { Problem } from './problems';

/** Webhooks and mails tell of everybody's events, which a key of some owners may not know of. */
export const refuseLimited = createMiddleware<Env>(async (c, next) => {
  if (c.get('caller').ownerRefs !== null)
    throw new Problem(
      'forbidden',
      'Deliveries tell of the events of all owners, and this key is limited to some. Use one without ownerRefs.',
    );
  await next();
});
