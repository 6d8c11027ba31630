import { Agent, request } from 'node:http';
import { API_KEY } from './deployment';

export interface Response {
  status: number;
  body: unknown;
}

export type Send = (method: string, path: string, body?: unknown) => Promise<Response>;

/** Sends requests over connections that stay open: a caller's own costs are kept small. */
export function sender(url: string, key = API_KEY): Send & { close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const { hostname, port } = new URL(url);
  const send: Send = (method, path, body) =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = {
        authorization: `Bearer ${key}`,
        ...(text !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        }),
      };
      const sent = request({ agent, hostname, port, method, path, headers }, (answer) => {
        let read = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => (read += chunk));
        answer.once('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: read === '' ? null : JSON.parse(read) }),
        );
        answer.once('error', reject);
      });
      sent.once('error', reject);
      sent.end(text);
    });
  return Object.assign(send, { close: () => agent.destroy() });
}

export function expectStatus({ status, body }: Response, expected: number): Response {
  if (status !== expected)
    throw new Error(`${status} instead of ${expected}: ${JSON.stringify(body).slice(0, 300)}`);
  return { status, body };
}
