import { refuse } from './errors';
import { type SimulatorContext } from '../http';
import { requireAppRoom } from '../usage/usage';
import { type World } from '../world/world';

/** Turns requests away while the app as a whole is blocked or throttled; people still reach the authorize page. */
export function admission(world: World) {
  return async (c: SimulatorContext, next: () => Promise<void>): Promise<void> => {
    const { path } = c.req;
    if (path !== '/oauth/authorize' && world.state.mode.app === 'blocked') throw refuse('api_blocked');
    if (!path.startsWith('/oauth/')) requireAppRoom(world);
    await next();
  };
}
