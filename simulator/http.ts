import { type HttpBindings } from '@hono/node-server';
import { type Context } from 'hono';
import { type Parameters } from './graph/parameters';
import { type Account } from './world/state';

export type SimulatorEnv = {
  /** Absent where a request comes without a connection, by `app.request()`. */
  Bindings: Partial<HttpBindings>;
  Variables: { parameters: Parameters; account: Account | undefined };
};

export type SimulatorContext = Context<SimulatorEnv>;
