import { type Page } from 'playwright-core';
import { systemClock } from '../../adapters/clock';
import { sandboxControls } from '../../dev/sandbox/sandbox-controls';
import { API_KEY, type TestApi, startApi } from './api';
import { type Stack } from './stack';

/** The API with a sandbox's console. */
export function startConsole(stack: Stack, changed: Parameters<typeof startApi>[1] = {}): Promise<TestApi> {
  const sandbox = sandboxControls(stack.simulator, stack.travel);
  return startApi(stack, {
    ...changed,
    wallClock: systemClock,
    console: { messages: false, temporalUiUrl: null, sandbox },
  });
}

export async function signIn(page: Page, api: TestApi, key = API_KEY): Promise<void> {
  await page.goto(`${api.url}/console/sign-in`);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${api.url}/console`);
}
