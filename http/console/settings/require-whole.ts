import { type Context } from 'hono';
import { requireCallerScope } from '../../middleware/caller';
import { requireUnlimited } from '../../middleware/require-unlimited';
import { type ConsoleEnv } from '../session';

/** For what concerns the whole deployment. @throws Problem for users without `admin`, and those limited to owners */
export function requireWholeDeployment(c: Context<ConsoleEnv>): void {
  requireCallerScope(c.get('user'), 'admin');
  requireUnlimited(c.get('user'));
}
