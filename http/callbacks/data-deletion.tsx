import { createRoute, z } from '@hono/zod-openapi';
import { type Deletion, findDeletion } from '../../adapters/postgres/integrations/data-deletion';
import { instagramActor } from '../../core/access/actor';
import { CALLBACKS } from '../../core/names';
import { deletionText } from '../../core/text/owner-pages';
import { forgetAccount } from '../../services/forget-account';
import { clientAddress } from '../middleware/client-address';
import { type HttpDeps } from '../deps';
import { type Frame, frameOf } from '../frame';
import { Layout } from '../owner/layout';
import { createRouter, json, problems } from '../router';
import { signedRequestBody, readSignedRequestForm } from './signed-request';

const CODE = '4f9d2c81b7e6a3055d1e8f2a7c9b6043';

const Answer = z
  .object({
    url: z.string().openapi({
      description: 'Status page for the owner.',
      example: `https://evergrant.example.com${CALLBACKS.dataDeletion}/${CODE}`,
    }),
    confirmation_code: z
      .string()
      .openapi({ description: 'Code of the deletion, kept for 90 days.', example: CODE }),
  })
  .openapi('DataDeletion');

const ask = createRoute({
  method: 'post',
  path: CALLBACKS.dataDeletion,
  operationId: 'receiveDataDeletionRequest',
  tags: ['Callbacks'],
  summary: 'Callback: an owner requests data deletion',
  description: 'Repeating the request returns the same code.',
  request: { body: signedRequestBody },
  responses: { 200: json(Answer, 'The status page and its code'), ...problems },
});

const look = createRoute({
  method: 'get',
  path: `${CALLBACKS.dataDeletion}/{code}`,
  operationId: 'showDataDeletion',
  tags: ['Callbacks'],
  summary: 'Status page of a data deletion',
  description: 'A page for the owner, in HTML.',
  request: {
    params: z.object({ code: z.string().openapi({ description: '`confirmation_code`.', example: CODE }) }),
  },
  responses: { 200: { description: 'Done or in progress' }, 404: { description: 'Unknown code' } },
});

/** @see https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback */
export function dataDeletionRoutes(deps: HttpDeps) {
  const router = createRouter();
  router.openAPIRegistry.registerPath(ask);
  router.openAPIRegistry.registerPath(look);
  router.post(CALLBACKS.dataDeletion, async (c) => {
    const request = await readSignedRequestForm(deps, c);
    const { code } = await forgetAccount(
      deps,
      request,
      deps.clock.now(),
      instagramActor(clientAddress(deps, c)),
    );
    return c.json(
      { url: `${deps.site.publicUrl}${CALLBACKS.dataDeletion}/${code}`, confirmation_code: code },
      200,
    );
  });
  router.get(`${CALLBACKS.dataDeletion}/:code`, async (c) => {
    const code = c.req.param('code');
    const deletion = /^[0-9a-f]{32}$/.test(code) ? await findDeletion(deps.pool, code) : null;
    return c.html(<DeletionPage frame={frameOf(deps.site, c)} deletion={deletion} />, deletion ? 200 : 404);
  });
  return router;
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
