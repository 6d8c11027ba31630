import { createApi } from './http/api';
import { Failure } from './failures';
import { type Io } from './output/io';
import { Refusal } from './http/problem';
import { type ApiSettings, apiSettings } from './settings';

/** What only a sandbox's server has. */
export interface Sandbox {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown, patience?: number | null): Promise<T>;
}

export function openSandbox(io: Io): Sandbox {
  const settings = apiSettings(io.env);
  const api = createApi(settings);
  /** 404 may mean the thing that was named, or that there is no sandbox at all. */
  const told = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      await api.get('/sandbox/clock').catch((second: unknown) => {
        throw isNotFound(second) ? noSandbox(settings) : second;
      });
      throw new Failure((error as Refusal).problem.detail, [
        'Add an account with `npx evergrant sandbox account <username>`.',
      ]);
    }
  };
  return {
    get: (path) => told(api.get(`/sandbox${path}`)),
    post: (path, body, patience) => told(api.post(`/sandbox${path}`, body, patience)),
  };
}

function isNotFound(error: unknown): boolean {
  return error instanceof Refusal && error.problem.status === 404;
}

function noSandbox({ baseUrl }: ApiSettings): Failure {
  return new Failure(`The server at ${baseUrl} is not a sandbox: it uses the real Instagram.`, [
    'Sandbox commands need a server started with `npm start`.',
  ]);
}
