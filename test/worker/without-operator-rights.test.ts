import { openTemporal } from '../../adapters/temporal/connect';
import { lifecycleWorkflowId } from '../../core/names';
import { evergrant } from '../support/cli';
import { type DenyingTemporal, denyMethods } from '../support/denying-temporal';
import { ask, createInstallation, takeOver } from '../support/installation';
import { type Stack, startStack } from '../support/stack';
import { afterwards } from '../support/temporary-folder';
import { until } from '../support/until';
import { keepNamespace } from '../../worker/namespace-keeper';

const SEARCH_ATTRIBUTES = /SearchAttributes$/;

async function deny(address: string, isDenied: (method: string) => boolean): Promise<DenyingTemporal> {
  const denying = await denyMethods(address, isDenied);
  afterwards(() => denying.close());
  return denying;
}

test('without the right to search attributes and schedules, tokens are refreshed and recovered, and messages sent', async () => {
  const installation = await createInstallation();
  const { env, simulator } = installation;
  const denying = await deny(env.TEMPORAL_ADDRESS!, (method) => /SearchAttributes$|Schedule$/.test(method));
  env.TEMPORAL_ADDRESS = denying.address;
  const [worker, { url, stop }] = await Promise.all([
    installation.start('worker'),
    installation.start('api'),
  ]);
  const [accessToken] = installation.oldTokens(['denied']);
  const id = await takeOver(url, 'o', accessToken!);

  expect(await ask(url, 'POST', `/integrations/${id}/refresh`)).toMatchObject({
    status: 200,
    body: { refreshed: true },
  });
  const { from } = simulator.receive('denied', { text: 'Hello?' });
  const sent = await ask(url, 'POST', `/integrations/${id}/messages`, { recipientId: from.id, text: 'Hi' });
  expect(sent.status).toBe(201);
  simulator.invalidate('denied', 460);
  const report = { version: 2, code: 190, subcode: 460 };
  const rejected = await ask(url, 'POST', `/integrations/${id}/token-rejections`, report);
  expect([rejected.status, rejected.body.outcome]).toEqual([200, 'expired']);

  const log = worker.child.out() + worker.child.err();
  expect(log).toContain('tcld namespace search-attributes add');
  expect(log.match(/register search attributes: not possible/g)).toHaveLength(1);
  const { out } = await evergrant(['doctor', '--json'], { env: { ...env, EVERGRANT_DATA_DIR: '/nowhere' } });
  const { data } = JSON.parse(out) as { data: { part: string; level: string; hint: string }[] };
  const findings = new Map(data.map((finding) => [finding.part, finding]));
  expect(findings.get('search attributes')).toMatchObject({
    level: 'warning',
    hint: expect.stringContaining('temporal operator search-attribute create'),
  });
  expect(findings.get('audit')).toMatchObject({ level: 'problem' });
  expect(denying.denied).toEqual(expect.arrayContaining(['ListSearchAttributes', 'DescribeSchedule']));
  await Promise.all([worker.stop(), stop()]);
});

describe('once somebody has registered them', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ searchAttributes: false });
  });
  afterAll(() => stack.stop());

  test('lifecycles show their states from their next step on', async () => {
    let mayRegister = false;
    const denying = await deny(
      stack.temporalAddress,
      (method) => SEARCH_ATTRIBUTES.test(method) && !mayRegister,
    );
    const { client, close } = openTemporal({
      connectionOptions: { address: denying.address },
      namespace: stack.client.options.namespace,
    });
    afterwards(close);
    const keeper = await keepNamespace(
      { temporal: client, pool: stack.pool, logger: stack.deps.logger },
      100,
    );
    afterwards(() => keeper.stop());
    stack.deps.searchAttributesAreKnown = keeper.knowsSearchAttributes;
    expect(keeper.knowsSearchAttributes()).toBe(false);
    const { id } = await stack.connect('shown.later');
    const shown = async () => {
      const { typedSearchAttributes } = await stack.client.workflow
        .getHandle(lifecycleWorkflowId(id))
        .describe();
      return typedSearchAttributes
        .getAll()
        .map(({ key }) => key.name)
        .filter((name) => name.startsWith('Evergrant'));
    };
    await until(async () => (await stack.row(id)).lifecycleRevision > 0);
    expect(await shown()).toEqual([]);

    mayRegister = true;
    await until(keeper.knowsSearchAttributes);
    await stack.lifecycles.rowChanged(id);
    await until(async () => (await shown()).includes('EvergrantState'));
  });
});
