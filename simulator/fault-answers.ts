import { pacificDate } from './dates';
import { CATALOGUE, InstagramError, nearestRow, refusalOf, type Refusal } from './errors';
import { type Fault, type Target } from './faults';
import { type SimulatorContext } from './http';
import { type World } from './world';

/** What a fault answers in Instagram's place: an error, a body as it is, or nothing where it only delays. */
export function faultAnswer(
  c: SimulatorContext,
  world: World,
  { status, error, body, app }: Fault,
  target: Target,
): Response | InstagramError | undefined {
  if (app === 'blocked') return new InstagramError(refusalOf(CATALOGUE.api_blocked, {}));
  if (error) return new InstagramError(errorRefusal(error, status, placeholders(world, target)));
  if (body !== undefined) return rawAnswer(c, body, status ?? 200);
  if (status === undefined) return undefined;
  return status < 400 ? rawAnswer(c, '', status) : new InstagramError(statusRefusal(status));
}

/** What the catalogue leaves out is said as it is asked for: no message fits every code. */
function errorRefusal(
  { code, subcode, message, is_transient: transient }: NonNullable<Fault['error']>,
  status: number | undefined,
  values: Record<string, string>,
): Refusal {
  const row = nearestRow(code, subcode) ?? {
    status: 400,
    type: 'OAuthException',
    code,
    message: `(#${code})`,
  };
  const { subcode: _, ...base } = refusalOf(row, values);
  return {
    ...base,
    status: status ?? base.status,
    message: message ?? base.message,
    ...(subcode !== undefined && { subcode }),
    ...(transient !== undefined && { transient }),
  };
}

function placeholders({ clock, settings }: World, { method, path, account }: Target): Record<string, string> {
  const now = pacificDate(clock.now());
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
  if (status >= 500) return { ...refusalOf(CATALOGUE.temporary, {}), status };
  return {
    ...refusalOf(status === 429 ? CATALOGUE.app_request_limit : CATALOGUE.invalid_parameter, {}),
    status,
  };
}

function rawAnswer(c: SimulatorContext, body: unknown, status: number): Response {
  if (status === 204 || status === 304) return c.body(null, status);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = text.trimStart().startsWith('<') ? 'text/html' : 'application/json';
  // Hono's status types leave out what it does not know.
  return c.body(text, status as 200, { 'content-type': `${type}; charset=UTF-8` });
}
