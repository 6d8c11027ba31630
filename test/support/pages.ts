import { type BrowserContextOptions } from 'playwright-core';
import { type TestApi, startApi } from './api';
import { type Viewer, openBrowser, openViewer } from './browser';
import { type Stack, startStack } from './stack';

/** All that it takes to look at pages: a stack, the API over it, and Chromium. */
export interface Pages {
  stack: Stack;
  api: TestApi;
  /** Somebody with a browser of their own. */
  open(options?: BrowserContextOptions): Promise<Viewer>;
  stop(): Promise<void>;
}

/** @param api starts it, where that takes more than the usual */
export async function startPages(
  options: Parameters<typeof startStack>[0] & { api?: (stack: Stack) => Promise<TestApi> } = {},
): Promise<Pages> {
  const { api: start = startApi, ...stackOptions } = options;
  const stack = await startStack(stackOptions);
  const api = await start(stack);
  // What mails link to is what can be looked at.
  stack.deps.site.publicUrl = api.url;
  const browser = await openBrowser();
  return {
    stack,
    api,
    open: (settings) => openViewer(browser, settings),
    async stop() {
      await browser.close();
      await api.stop();
      await stack.stop();
    },
  };
}
