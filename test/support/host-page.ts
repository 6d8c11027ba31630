import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Page } from 'playwright-core';

/** A page of the product's own app that embeds the banner: another origin, and nothing allowed but Evergrant. */
export interface HostPage {
  origin: string;
  /** What the banner of the next load is given. */
  embed: { base: string; token: string | null; kind: 'classic' | 'module' };
  stop(): Promise<void>;
}

export async function startHostPage(): Promise<HostPage> {
  const embed: HostPage['embed'] = { base: '', token: null, kind: 'classic' };
  const server = createServer((_request, response) => {
    const { base, token, kind } = embed;
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader(
      'content-security-policy',
      `default-src 'none'; img-src data:; script-src ${base}; connect-src ${base}; base-uri 'none'; ` +
        "require-trusted-types-for 'script'; trusted-types 'none'",
    );
    response.end(`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <meta name="color-scheme" content="light dark" />
    <title>Messages</title>
    <link rel="icon" href="data:," />
    <script ${kind === 'module' ? 'type="module"' : 'async'} src="${base}/embed/banner.js"></script>
  </head>
  <body>
    <main>
      <h1>Messages</h1>
      <evergrant-banner base="${base}/"${token === null ? '' : ` token="${token}"`}></evergrant-banner>
    </main>
  </body>
</html>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    embed,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const NAMES = ['status', 'refresh-failed', 'token-expired', 'token-needed'].map(
  (name) => `evergrant:${name}`,
);

/** Has a page note what its banner tells, from before its own scripts on. */
export async function noteTold(page: Page): Promise<void> {
  await page.addInitScript(`window.told = [];
    for (const type of ${JSON.stringify(NAMES)})
      document.addEventListener(type, ({ detail }) => window.told.push({ type, detail }));`);
}

/** What such a page was told since it was loaded, oldest first. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export async function toldBy(page: Page, name: string): Promise<any[]> {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const all = await page.evaluate<{ type: string; detail: any }[]>('window.told');
  return all.filter(({ type }) => type === `evergrant:${name}`).map(({ detail }) => detail);
}

/** As when somebody comes back to the page. */
export function lookAgain(page: Page): Promise<unknown> {
  return page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
}
