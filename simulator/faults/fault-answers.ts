import { nearestName } from '../catalogue';
import { InstagramError, refusalOf, type Refusal } from '../graph/errors';
import { type Fault, type Target } from './faults';
import { type SimulatorContext } from '../http';
import { type Values } from '../world/texts';
import { type World } from '../world/world';

/** What a fault answers in Instagram's place: an error, a body as it is, or nothing where it only delays. */
export function faultAnswer(
  c: SimulatorContext,
  world: World,
  { status, error, body, app }: Fault,
  target: Target,
): Response | InstagramError | undefined {
  if (app === 'blocked') return new InstagramError(refusalOf('api_blocked'));
  if (error) return new InstagramError(errorRefusal(error, status, placeholders(world, target)));
  if (body !== undefined) return rawAnswer(c, body, status ?? 200);
  if (status === undefined) return undefined;
  return status < 400 ? rawAnswer(c, '', status) : new InstagramError(statusRefusal(status));
}

/** What the catalogue leaves out is said as it is asked for: no message fits every code. */
function errorRefusal(
  error: NonNullable<Fault['error']>,
  status: number | undefined,
  values: Values,
): Refusal {
  const { code, subcode, message, type, is_transient: transient } = error;
  const { error_user_title: userTitle, error_user_msg: userMessage, error_data: data } = error;
  const name = nearestName(code, subcode);
  const { subcode: _, ...base } = name
    ? refusalOf(name, values)
    : { status: 400, type: 'OAuthException', code, message: `(#${code})`, subcode };
  return {
    ...base,
    ...(status !== undefined && { status }),
    ...(message !== undefined && { message }),
    ...(type !== undefined && { type }),
    ...(subcode !== undefined && { subcode }),
    ...(transient !== undefined && { transient }),
    ...(userTitle !== undefined && { userTitle }),
    ...(userMessage !== undefined && { userMessage }),
    ...(data !== undefined && { data }),
  };
}

function placeholders({ clock, settings }: World, { method, path, account }: Target): Values {
  const now = clock.now();
  return {
    appId: settings.appId,
    userId: account?.appScopedId ?? '',
    expiredOn: now,
    currentTime: now,
    method: method.toLowerCase(),
    id: path.split('/')[1] ?? '',
    path,
    field: '',
    position: '0',
  };
}

/** The error that goes with a bare status. */
function statusRefusal(status: number): Refusal {
  if (status >= 500) return { ...refusalOf('temporary'), status };
  return { ...refusalOf(status === 429 ? 'app_request_limit' : 'invalid_parameter'), status };
}

function rawAnswer(c: SimulatorContext, body: unknown, status: number): Response {
  if (status === 204 || status === 304) return c.body(null, status);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = text.trimStart().startsWith('<') ? 'text/html' : 'application/json';
  // Hono's status types leave out what it does not know.
  return c.body(text, status as 200, { 'content-type': `${type}; charset=UTF-8` });
}
