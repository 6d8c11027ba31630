import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { cookieJar } from '../support/cookies';
import { type Secret } from './patterns';

export interface Answer {
  status: number;
  headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
}

export interface Ask {
  headers?: Record<string, string>;
  body?: unknown;
  form?: Record<string, string>;
  /** The answer is there to hand a secret out, so it is no place to look for one. */
  handsOut?: boolean;
}

/** Somebody who asks the API, keeps cookies, and writes down what was answered: a file per kind of answer. */
export function createRecorder(folder: string, base: string, secrets: Secret[]) {
  const files = {
    problems: join(folder, 'problems.txt'),
    answers: join(folder, 'answers.txt'),
    pages: join(folder, 'pages.txt'),
  };
  const keep = (kind: Secret['kind'], value: string | null | undefined) => {
    if (value) secrets.push({ kind, value });
  };

  function client(authorization: string | null) {
    const jar = cookieJar();
    return async function ask(method: string, path: string, options: Ask = {}): Promise<Answer> {
      const { form, body } = options;
      const response = await fetch(path.startsWith('http') ? path : base + path, {
        method,
        redirect: 'manual',
        headers: {
          ...(authorization !== null && { authorization: `Bearer ${authorization}` }),
          ...jar.headers(),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...options.headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        ...(form && { body: new URLSearchParams(form) }),
      });
      for (const value of jar.take(response.headers)) keep('cookie', value);
      const text = await response.text();
      const type = response.headers.get('content-type') ?? '';
      if (!options.handsOut) appendFileSync(files[kindOf(type)], `${text}\n`);
      return {
        status: response.status,
        headers: response.headers,
        body: /json/.test(type) ? JSON.parse(text) : text,
      };
    };
  }

  return { client, keep, files: Object.values(files), ...files };
}

export type Recorder = ReturnType<typeof createRecorder>;

function kindOf(type: string): 'problems' | 'answers' | 'pages' {
  if (/problem\+json/.test(type)) return 'problems';
  return /html/.test(type) ? 'pages' : 'answers';
}
