import { PROBLEMS, type ProblemCode } from '../../problems';
import { type Described, type Operation } from './document';

/** Every route may answer these. */
const ALWAYS: readonly ProblemCode[] = ['rate_limited', 'internal', 'service_unavailable'];

/** How descriptions refer to the errors of another operation. */
const REFERENCES = [
  ['of `GET …/token`', 'getToken'],
  ['of the inbox', 'listConversations'],
] as const;

/** The errors that an operation may give: those that its description names, and those of its form. */
export function errorsOf({ operation }: Described, all: readonly Described[]): ProblemCode[] {
  const isSecured = operation.security !== undefined;
  const byForm: ProblemCode[] = [
    ...(operation.parameters || operation.requestBody ? ['invalid_request' as const] : []),
    ...(isSecured ? (['unauthorized', 'forbidden'] as const) : []),
    ...(operation.parameters?.some((one) => one.in === 'path') ? ['not_found' as const] : []),
    ...(operation.requestBody ? ['too_large' as const] : []),
  ];
  const codes = new Set([...byForm, ...named(operation, all), ...ALWAYS]);
  return (Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => codes.has(code));
}

function named({ description = '' }: Operation, all: readonly Described[]): ProblemCode[] {
  const [, text = ''] = description.split('Errors:');
  const own = [...text.matchAll(/`(\w+)`/g)].flatMap(([, word]) => (isCode(word) ? [word] : []));
  const others = REFERENCES.filter(([words]) => text.includes(words)).map(([, id]) =>
    all.find((one) => one.id === id),
  );
  return [...own, ...others.flatMap((other) => (other ? named(other.operation, all) : []))];
}

export function isCode(word: string | undefined): word is ProblemCode {
  return word !== undefined && Object.hasOwn(PROBLEMS, word);
}
