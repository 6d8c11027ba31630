import { type Hono } from 'hono';
import { AccountInput, addAccount, findAccount, invalidate, restore } from '../world/accounts';
import { AccountSettings, setAccount } from '../world/account-settings';
import { generateToken, InboundInput, InvalidateInput, receive, TokenInput, unsend } from '../world/actions';
import { CustomerInput, customerView, setCustomer } from '../world/customers';
import { ItemInput, sendItem } from '../world/items';
import { type SimulatorContext, type SimulatorEnv } from '../http';
import { type Account } from '../world/state';
import { accountView, messageViews } from '../graph/views';
import { type World } from '../world/world';
import { readBody } from './input';

/** No account has the id (or username) in the path. */
export class UnknownError extends Error {
  override readonly name = 'UnknownError';
}

export function accountRoutes(control: Hono<SimulatorEnv>, world: World): void {
  control.get('/accounts', (c) =>
    c.json({ data: world.state.accounts.map((account) => accountView(world, account)) }),
  );
  control.post('/accounts', async (c) => {
    const account = addAccount(world, await readBody(c, AccountInput));
    return c.json(accountView(world, account), 201);
  });
  control.get('/accounts/:id', (c) => c.json(accountView(world, namedAccount(world, c))));
  control.post('/accounts/:id/invalidate', async (c) => {
    const account = namedAccount(world, c);
    invalidate(world, account, await readBody(c, InvalidateInput));
    return c.json(accountView(world, account));
  });
  control.post('/accounts/:id/restore', (c) => {
    const account = namedAccount(world, c);
    restore(world, account);
    return c.json(accountView(world, account));
  });
  control.post('/accounts/:id/tokens', async (c) => {
    const account = namedAccount(world, c);
    const { value, kind, expiresAt } = generateToken(world, account, await readBody(c, TokenInput));
    c.header('cache-control', 'no-store');
    return c.json({ accessToken: value, kind, expiresAt: new Date(expiresAt).toISOString() }, 201);
  });
  control.post('/accounts/:id/inbound', async (c) => {
    const account = namedAccount(world, c);
    return c.json(receive(world, account, await readBody(c, InboundInput)), 201);
  });
  control.post('/accounts/:id/items', async (c) => {
    const account = namedAccount(world, c);
    return c.json(sendItem(world, account, await readBody(c, ItemInput)), 201);
  });
  control.post('/accounts/:id/settings', async (c) => {
    const account = namedAccount(world, c);
    setAccount(world, account, await readBody(c, AccountSettings));
    return c.json(accountView(world, account));
  });
  control.get('/accounts/:id/customers', (c) => {
    const account = namedAccount(world, c);
    return c.json({ data: account.conversations.map((one) => customerView(world, account, one)) });
  });
  control.post('/accounts/:id/customers/:customer', async (c) => {
    const account = namedAccount(world, c);
    const input = await readBody(c, CustomerInput);
    const customer = setCustomer(world, account, c.req.param('customer'), input);
    if (!customer) throw new UnknownError('no such customer');
    return c.json(customer);
  });
  control.post('/accounts/:id/messages/:message/unsend', (c) => {
    const message = unsend(world, namedAccount(world, c), c.req.param('message'));
    if (!message) throw new UnknownError('no such message');
    return c.json(message);
  });
  control.get('/accounts/:id/messages', (c) => c.json({ data: messageViews(namedAccount(world, c)) }));
}

/** The account that the path names. */
export function namedAccount(world: World, c: SimulatorContext): Account {
  const account = findAccount(world, c.req.param('id') ?? '');
  if (!account) throw new UnknownError('no such account');
  return account;
}
