import {
  type ClientHttp2Session,
  type ServerHttp2Stream,
  connect,
  constants,
  createServer,
} from 'node:http2';
import { type AddressInfo } from 'node:net';

const PERMISSION_DENIED = '7';
/** They belong to one connection, and are not passed on. */
const OF_THE_CONNECTION = ['connection', 'http2-settings', 'keep-alive', 'transfer-encoding', 'upgrade'];

export interface DenyingTemporal {
  readonly address: string;
  /** Methods that were asked for and denied. */
  readonly denied: string[];
  close(): Promise<void>;
}

/** Stands in front of a Temporal server and denies some of its methods, as Temporal Cloud does. */
export async function denyMethods(
  address: string,
  isDenied: (method: string) => boolean,
): Promise<DenyingTemporal> {
  const denied: string[] = [];
  const sessions = new Set<ClientHttp2Session>();
  const server = createServer();
  server.on('session', (session) => {
    const upstream = connect(`http://${address}`);
    sessions.add(upstream);
    for (const side of [session, upstream]) side.on('error', () => undefined);
    session.on('close', () => upstream.close());
    upstream.on('close', () => session.destroy());
    session.on('stream', (stream: ServerHttp2Stream, headers) => {
      const method = String(headers[':path']).split('/').at(-1) ?? '';
      if (isDenied(method)) {
        denied.push(method);
        stream.respond(
          {
            ':status': 200,
            ...{ 'content-type': 'application/grpc', 'grpc-status': PERMISSION_DENIED },
            'grpc-message': 'Request unauthorized.',
          },
          { endStream: true },
        );
        return;
      }
      passOn(upstream, stream, headers);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    denied,
    async close() {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function passOn(
  upstream: ClientHttp2Session,
  stream: ServerHttp2Stream,
  headers: Record<string, string | string[] | undefined>,
): void {
  const passed = Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.includes(name));
  const request = upstream.request(Object.fromEntries(passed));
  const abort = () => {
    request.close(constants.NGHTTP2_CANCEL);
    if (!stream.closed) stream.close(constants.NGHTTP2_CANCEL);
  };
  request.on('error', abort);
  stream.on('error', abort);
  stream.on('aborted', abort);
  let trailers: Record<string, unknown> = {};
  request.on('trailers', (received) => (trailers = received));
  request.on('response', (answer, flags) => {
    const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond(answer, endStream ? { endStream } : { waitForTrailers: true });
    if (endStream) return;
    stream.on('wantTrailers', () => stream.sendTrailers(trailers as Record<string, string>));
    request.pipe(stream);
  });
  stream.pipe(request);
}
