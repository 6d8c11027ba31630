import { createHmac } from 'node:crypto';
import { CALLBACKS } from '../core/names';
import { API_KEY, type ServiceProcess, startDeployment } from './deployment';

const REQUESTS = 300;
const AT_ONCE = 20;

interface Probe {
  name: string;
  path: string;
  method?: 'POST';
  headers?: Record<string, string>;
  body?: string;
}

/**
 * What a request without a key costs the API, for every route that needs none: `npm run bench:unauthenticated`. Prints one
 * JSON document: processor time of the API's process and the median until the answer, both in ms a request.
 */
async function main(): Promise<void> {
  const deployment = await startDeployment();
  try {
    const api = await deployment.startApi();
    const rows = [];
    for (const probe of await probes(api.url)) rows.push(await measure(api, probe));
    await api.stop();
    console.log(JSON.stringify({ requests: REQUESTS, atOnce: AT_ONCE, rows }, null, 2));
  } finally {
    await deployment.stop();
  }
}

async function probes(url: string): Promise<Probe[]> {
  const answer = await fetch(`${url}/v1/integrations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ provider: 'instagram', ownerRef: 'bench' }),
  });
  const { connectUrl } = (await answer.json()) as { connectUrl: string };
  const link = new URL(connectUrl).pathname;
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const json = { 'content-type': 'application/json' };
  const forged = {
    ...json,
    'x-hub-signature-256': `sha256=${createHmac('sha256', 'x').update('{}').digest('hex')}`,
  };
  const big = JSON.stringify({
    object: 'instagram',
    entry: Array.from({ length: 500 }, () => ({ id: '1', time: 1 })),
  });
  return [
    { name: 'GET /healthz', path: '/healthz' },
    { name: 'GET /readyz', path: '/readyz' },
    { name: 'GET /readyz/serve', path: '/readyz/serve' },
    { name: 'GET /openapi.json', path: '/openapi.json' },
    { name: 'GET /docs', path: '/docs' },
    { name: 'GET /embed/banner.js', path: '/embed/banner.js' },
    { name: 'GET /assets/:name', path: '/assets/htmx.js' },
    { name: 'GET /connect/:link', path: link },
    { name: 'GET /connect/:link, forged', path: `${link}x` },
    { name: 'POST /connect/:link', path: link, method: 'POST', headers: form, body: '' },
    { name: 'GET /oauth/instagram/callback', path: '/oauth/instagram/callback?state=x&code=y' },
    {
      name: 'GET /callbacks/instagram/webhooks',
      path: `${CALLBACKS.webhooks}?hub.mode=subscribe&hub.verify_token=x&hub.challenge=1`,
    },
    {
      name: 'POST /callbacks/instagram/webhooks, forged',
      path: CALLBACKS.webhooks,
      method: 'POST',
      headers: forged,
      body: big,
    },
    {
      name: 'POST /callbacks/instagram/deauthorize, forged',
      path: CALLBACKS.deauthorize,
      method: 'POST',
      headers: form,
      body: 'signed_request=a.b',
    },
    {
      name: 'POST /callbacks/instagram/data-deletion, forged',
      path: CALLBACKS.dataDeletion,
      method: 'POST',
      headers: form,
      body: 'signed_request=a.b',
    },
    {
      name: 'GET /callbacks/instagram/data-deletion/:code',
      path: `${CALLBACKS.dataDeletion}/${'a'.repeat(32)}`,
    },
    { name: 'GET /console/sign-in', path: '/console/sign-in' },
    { name: 'GET /console/sign-in/:token', path: '/console/sign-in/x' },
    {
      name: 'POST /console/sign-in, wrong key',
      path: '/console/sign-in',
      method: 'POST',
      headers: { ...form, origin: url },
      body: 'key=evg_wrong',
    },
    { name: 'GET /console, signed out', path: '/console' },
    { name: 'GET /v1/fleet, no key', path: '/v1/fleet' },
    { name: 'GET /v1/fleet, wrong key', path: '/v1/fleet', headers: { authorization: 'Bearer evg_wrong' } },
    { name: 'GET an unknown page', path: '/nothing' },
  ];
}

async function measure(api: ServiceProcess & { url: string }, probe: Probe) {
  const { name, path, method = 'GET', headers = {}, body } = probe;
  const init: RequestInit = { method, headers, redirect: 'manual', ...(body !== undefined && { body }) };
  const latencies: number[] = [];
  let status = 0;
  const ask = async () => {
    const at = performance.now();
    const answer = await fetch(api.url + path, init);
    await answer.arrayBuffer();
    latencies.push(performance.now() - at);
    status = answer.status;
  };
  for (let warm = 0; warm < AT_ONCE; warm++) await ask();
  latencies.length = 0;
  const before = api.cpuMs();
  for (let done = 0; done < REQUESTS; done += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, ask));
  const cpuMs = (api.cpuMs() - before) / REQUESTS;
  const medianMs = latencies.sort((a, b) => a - b)[Math.floor(latencies.length / 2)] ?? 0;
  return { name, status, cpuMs: Number(cpuMs.toFixed(2)), medianMs: Number(medianMs.toFixed(1)) };
}

void main();
