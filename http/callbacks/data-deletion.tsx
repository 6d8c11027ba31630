import { createRoute, z } from '@hono/zod-openapi';
import {
  type Deletion,
  deleteAccountData,
  findDeletion,
} from '../../adapters/postgres/integrations/data-deletion';
import { forgetRuns } from '../../adapters/temporal/forget-runs';
import { deletionText } from '../../core/text/owner-pages';
import { SECOND_MS } from '../../core/time';
import { type HttpDeps } from '../deps';
import { type Frame, frameOf } from '../frame';
import { Layout } from '../owner/layout';
import { withDeadline } from '../../adapters/deadline';
import { createRouter, json, problems } from '../router';
import { signedRequestBody, readSignedRequestForm } from './signed-request';

const PATH = '/callbacks/instagram/data-deletion';
const FORGET_WITHIN_MS = 2 * SECOND_MS;

const Answer = z
  .object({
    url: z.string().openapi({ description: 'Status page for the owner.' }),
    confirmation_code: z.string().openapi({ description: 'Code of the deletion, kept for 90 days.' }),
  })
  .openapi('DataDeletion');

const ask = createRoute({
  method: 'post',
  path: PATH,
  summary: 'Callback: an owner requests data deletion',
  description: 'Repeating the request returns the same code.',
  request: { body: signedRequestBody },
  responses: { 200: json(Answer, 'The status page and its code'), ...problems },
});

const look = createRoute({
  method: 'get',
  path: `${PATH}/{code}`,
  summary: 'Status page of a data deletion',
  request: { params: z.object({ code: z.string().openapi({ description: '`confirmation_code`.' }) }) },
  responses: { 200: { description: 'Done or in progress' }, 404: { description: 'Unknown code' } },
});

/** @see https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback */
export function dataDeletionRoutes(deps: HttpDeps) {
  const router = createRouter();
  router.openAPIRegistry.registerPath(ask);
  router.openAPIRegistry.registerPath(look);
  router.post(PATH, async (c) => {
    const request = await readSignedRequestForm(deps, c);
    const deletion = await deleteAccountData(deps.pool, request, deps.clock.now());
    await forget(deps, deletion);
    const { code } = deletion;
    return c.json({ url: `${deps.site.publicUrl}${PATH}/${code}`, confirmation_code: code }, 200);
  });
  router.get(`${PATH}/:code`, async (c) => {
    const code = c.req.param('code');
    const deletion = /^[0-9a-f]{32}$/.test(code) ? await findDeletion(deps.pool, code) : null;
    return c.html(<DeletionPage frame={frameOf(deps.site, c)} deletion={deletion} />, deletion ? 200 : 404);
  });
  return router;
}

/** Deletes the integrations' workflow runs now if possible. Otherwise the audit does. */
async function forget(
  deps: Pick<HttpDeps, 'logger' | 'temporal'>,
  { code, integrationIds }: Deletion,
): Promise<void> {
  const deadline = Date.now() + FORGET_WITHIN_MS;
  const forgetting = deps.temporal.withDeadline(deadline, () =>
    Promise.all(integrationIds.map((id) => forgetRuns(deps.temporal, id))),
  );
  const done = await withDeadline(
    deadline,
    forgetting.then(() => true),
    () => false,
  ).catch(() => false);
  if (!done) deps.logger.warn({ integrationIds, code }, 'lifecycle deletion failed; the audit will retry');
}

/** The status page of a deletion request. @param deletion null: unknown code */
function DeletionPage({ frame, deletion }: { frame: Frame; deletion: Deletion | null }) {
  const { title, text, good } = deletionText(deletion, frame.product);
  return (
    <Layout title={title} frame={frame}>
      <h1 class={good ? 'good' : 'bad'}>{title}</h1>
      <p>{text}</p>
    </Layout>
  );
}
