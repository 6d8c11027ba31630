import { type Reason } from '../../core/lifecycle/states';

/** One answer of Instagram's, as a fault of the simulator makes it, and what it has to lead to. */
export interface FailureCase {
  name: string;
  status: number;
  error: { code: number; subcode?: number; message?: string; is_transient?: boolean };
  /** What the integration expires for when both looks and refreshes answer so; null: it never expires for it. */
  expires: Reason | null;
  /** What `lastError.code` shows while nobody can decide; absent: whatever the provider said. */
  lastError?: string;
}

const DEAD: [subcode: number | undefined, Reason][] = [
  [463, 'session_expired'],
  [460, 'password_changed'],
  [458, 'deauthorized'],
  [492, 'permission_removed'],
  [2069032, 'permission_removed'],
  [461, 'invalidated'],
  [462, 'invalidated'],
  [466, 'invalidated'],
  [467, 'invalidated'],
  [468, 'invalidated'],
  [999, 'invalidated'],
];
const WORDS: [message: string, Reason | null][] = [
  [
    'Error validating access token: Session has expired on Thursday, 21-May-26 04:00:00 PDT.',
    'session_expired',
  ],
  ['The session has been invalidated because the user changed their password.', 'password_changed'],
  ['Error validating access token: The session has been invalidated.', 'invalidated'],
  ['Session does not match current stored session.', 'invalidated'],
  ['Error validating access token: The session is invalid because the user logged out.', 'invalidated'],
  ['Error validating access token: The user has not authorized application 1.', 'deauthorized'],
  ['O token de acesso expirou.', 'invalidated'],
  ['Invalid OAuth access token.', 'invalidated'],
];
const refusal = (code: number, subcode?: number, more: object = {}) => ({
  code,
  ...(subcode !== undefined && { subcode }),
  ...more,
});
const numbers = (code: number, subcode?: number) =>
  subcode === undefined ? `${code}` : `${code}/${subcode}`;

/** Every row of the failure table that an answer about a token can meet, code and subcode first, then words. */
export const FAILURES: FailureCase[] = [
  ...DEAD.flatMap(([subcode, expires]) => [
    { name: `190/${subcode}`, status: 400, error: refusal(190, subcode, { message: 'Words.' }), expires },
  ]),
  { name: '190/463 with status 401', status: 401, error: refusal(190, 463), expires: 'session_expired' },
  {
    name: '190 without a subcode',
    status: 400,
    error: refusal(190, undefined, { message: 'Words.' }),
    expires: 'invalidated',
  },
  { name: '190/0', status: 400, error: refusal(190, 0, { message: 'Words.' }), expires: 'invalidated' },
  { name: '102', status: 400, error: refusal(102, undefined, { message: 'Words.' }), expires: 'invalidated' },
  { name: '102/460', status: 400, error: refusal(102, 460), expires: 'password_changed' },
  ...WORDS.map(([message, expires]) => ({
    name: `190 "${message.slice(0, 60)}"`,
    status: 400,
    error: refusal(190, 0, { message }),
    expires,
  })),
  ...[459, 490, 464, 465].map((subcode) => ({
    name: `190/${subcode}`,
    status: 400,
    error: refusal(190, subcode, { message: 'Words.' }),
    expires: null,
    lastError: 'user_action_required',
  })),
  {
    name: '190 "checkpoint"',
    status: 400,
    error: refusal(190, undefined, { message: 'The user is enrolled in a blocking, logged-in checkpoint' }),
    expires: null,
    lastError: 'user_action_required',
  },
  {
    name: '190 "not a confirmed user"',
    status: 400,
    error: refusal(190, undefined, { message: 'The user is not a confirmed user.' }),
    expires: null,
    lastError: 'user_action_required',
  },
  ...[
    ['API access blocked.', 200, 400],
    ['API calls from the server require an appsecret_proof argument', 100, 400],
    ['Invalid appsecret_proof provided in the API argument', 100, 400],
    ['Graph API Access Deactivated Due to Inactivity', 190, 400],
  ].map(([message, code, status]) => ({
    name: `${code} "${message}"`,
    status: Number(status),
    error: refusal(Number(code), undefined, { message }),
    expires: null,
    lastError: 'provider_incident',
  })),
  ...(
    [
      [4],
      [4, 1349210],
      [9],
      [17],
      [32],
      [341],
      [613],
      [613, 2534040],
      [80001],
      [80002],
      [80004],
      [80005],
      [80006],
      [1],
      [2],
      [-1],
      [-2],
      [368],
      [10, 1893063],
      [100, 2534029],
      [613, 2018338],
      [10],
      [3],
      [200],
      [200, 2534041],
      [10, 2534077],
      [36103],
      [100, 33],
      [100],
      [803],
      [506],
      [2500],
      [987654],
    ] as [number, number?][]
  ).map(([code, subcode]) => ({
    name: numbers(code, subcode),
    status: 400,
    error: refusal(code, subcode, { message: 'Words.' }),
    expires: null,
  })),
  {
    name: '190/460 is_transient',
    status: 500,
    error: refusal(190, 460, { is_transient: true }),
    expires: null,
  },
  {
    name: '100 "Unsupported request - method type: get"',
    status: 400,
    error: refusal(100, undefined, { message: 'Unsupported request - method type: get' }),
    expires: null,
  },
  { name: 'HTTP 500 and an unknown code', status: 500, error: refusal(424242), expires: null },
];

/** Refused as unreadable: decided by whether others get through. */
export const UNREADABLE: FailureCase[] = [
  ['Invalid OAuth access token - Cannot parse access token', 190, 401],
  ['Invalid OAuth 2.0 Access Token', 190, 400],
  ['An active access token must be used to query information about the current user.', 2500, 400],
].map(([message, code, status]) => ({
  name: `${code} "${message}"`,
  status: Number(status),
  error: refusal(Number(code), undefined, { message }),
  expires: 'invalidated' as const,
}));
UNREADABLE.push(
  ...[456, 457].map((subcode) => ({
    name: `190/${subcode}`,
    status: 400,
    error: refusal(190, subcode, { message: 'Words.' }),
    expires: 'invalidated' as const,
  })),
);
