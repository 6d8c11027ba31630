import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Page } from 'playwright-core';
import { openBrowser, openViewer } from '../support/browser';
import { type Everything, prepareEverything } from '../support/everything';

// `npm run screenshots`: lets a whole sandbox live for some months and takes the pictures that the docs show.
// `npm run screenshots -- --temporal`: takes those of Temporal's UI instead.
// `npm run screenshots -- <folder>`: takes every page of the console instead, in both themes and three widths.
const FOLDER = join(__dirname, '..', '..', 'docs', 'images');
/** In Temporal's UI, after the status. */
const TEMPORAL_COLUMNS = [
  ...['EvergrantAccount', 'EvergrantState', 'EvergrantReason', 'EvergrantExpiresAt'],
  ...['Start', 'Workflow ID'],
];
const ACCOUNTS = ['atelier_nord', 'velo.werk', 'kaffeehaus', 'blumen_mia', 'studio.lumen', 'brot_und_salz'];

async function main(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const everything = await prepareEverything();
  const browser = await openBrowser();
  try {
    await everything.ready(everything.start());
    const { page, close } = await openViewer(browser, { viewport: { width: 1200, height: 760 } });
    const world = new World(everything, page);
    await world.live();
    const wanted = process.argv[2];
    if (wanted === '--temporal') await world.temporal();
    else await (wanted === undefined ? world.picture() : world.everyPage(wanted));
    await close();
  } finally {
    await browser.close();
    await everything.remove();
  }
}

class World {
  private readonly ids = new Map<string, string>();

  constructor(
    private readonly everything: Everything,
    private readonly page: Page,
  ) {}

  /** Connections of many ages, one that ends soon, one that waits for its owner, one that is over. */
  async live(): Promise<void> {
    for (const account of ACCOUNTS) {
      await this.connect(account);
      await this.ask('/sandbox/advance', { seconds: 6 * 24 * 3600 });
    }
    await this.ask(`/sandbox/accounts/studio.lumen/invalidate`, { subcode: 459 });
    await this.ask(`/v1/integrations/${this.ids.get('studio.lumen')}/recheck`);
    await this.ask('/sandbox/advance', { seconds: 3600 });
    await this.ask(`/sandbox/accounts/brot_und_salz/invalidate`, { subcode: 460 });
    await this.ask(`/v1/integrations/${this.ids.get('brot_und_salz')}/recheck`);
    await this.ask(`/sandbox/accounts/sandbox_shop/inbound`, { text: 'Is the blue one still in stock?' });
  }

  async picture(): Promise<void> {
    const { page } = this;
    await page.goto((await this.ask('/v1/console-links')).url as string);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await this.shoot('overview');
    await page.goto(`${this.everything.api}/console/connections`);
    await this.shoot('connections');
    await page.emulateMedia({ colorScheme: 'dark' });
    await this.shoot('connections-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.getByRole('link', { name: '@brot_und_salz' }).click();
    await page.locator('.banner').waitFor();
    await this.shoot('connection');
    await page.goto(`${this.everything.api}/console/fleet`);
    await this.shoot('fleet');
    await page.goto(`${this.everything.api}/console/connections?q=sandbox_shop`);
    await page.getByRole('link', { name: '@sandbox_shop' }).click();
    await page.getByRole('link', { name: 'Messages' }).click();
    await page.locator('.conversations a').first().click();
    await page.locator('.thread').waitFor();
    await this.shoot('messages');
    const { url } = await this.ask(`/v1/integrations/${this.ids.get('brot_und_salz')}/connect-links`);
    await page.goto(url as string);
    await this.shoot('reconnect');
  }

  /** The list of workflows with the columns and a saved query that docs/operations.md recommends. */
  async temporal(): Promise<void> {
    const { page } = this;
    const { EVERGRANT_TEMPORAL_UI_PORT: port } = this.everything.env;
    const list = `http://127.0.0.1:${port}/namespaces/default/workflows`;
    const lifecycles = 'WorkflowType="TokenLifecycle" and ExecutionStatus="Running"';
    await page.setViewportSize({ width: 1480, height: 600 });
    await page.goto(`${list}?${new URLSearchParams({ query: lifecycles }).toString()}`);
    await page.getByTestId('workflows-summary-table-configuration-button').click();
    const column = (name: string, what: 'add' | 'remove') =>
      page.getByTestId(`orderable-list-item-${name}-${what}-button`).click();
    for (const name of ['Workflow ID', 'Run ID', 'Type', 'Start', 'End']) await column(name, 'remove');
    for (const name of TEMPORAL_COLUMNS) await column(name, 'add');
    await page.getByTestId('drawer-close-button').click();
    await page.getByRole('cell', { name: 'brot_und_salz' }).waitFor();
    await this.shoot('temporal-columns');
    const waiting =
      'WorkflowType="TokenLifecycle" and EvergrantState="expired" and ExecutionStatus="Running"';
    await page.goto(`${list}?${new URLSearchParams({ query: waiting }).toString()}`);
    await page.getByTestId('create-view-button').click();
    await page.locator('dialog[open]').getByRole('textbox').fill('Needs its owner');
    await page.getByTestId('confirm-modal-button').filter({ visible: true }).click();
    await page.getByRole('cell', { name: 'brot_und_salz' }).waitFor();
    await page.getByText('Needs its owner').first().waitFor();
    await page.setViewportSize({ width: 1480, height: 420 });
    await this.shoot('temporal-saved-query');
  }

  async everyPage(folder: string): Promise<void> {
    const { page } = this;
    mkdirSync(folder, { recursive: true });
    await page.goto((await this.ask('/v1/console-links')).url as string);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    const connection = (name: string) => `connections/${this.ids.get(name)}`;
    const settings = ['access', 'webhooks', 'deliveries', 'mail', 'encryption-keys', 'audit-log'];
    const paths = {
      overview: '',
      connections: 'connections',
      'connect-account': 'connections/new',
      active: connection('atelier_nord'),
      'action-required': connection('studio.lumen'),
      expired: connection('brot_und_salz'),
      messages: `${connection('velo.werk')}/messages`,
      fleet: 'fleet',
      keys: 'settings',
      ...Object.fromEntries(settings.map((name) => [name, `settings/${name}`])),
      'not-found': 'nowhere',
    };
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [360, 768, 1440]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        for (const [name, path] of Object.entries(paths)) {
          await page.goto(`${this.everything.api}/console/${path}`.replace(/\/$/, ''));
          const file = join(folder, `${name}-${colorScheme}-${width}.png`);
          await page.screenshot({ path: file, fullPage: true });
          process.stdout.write(`${file}\n`);
        }
      }
  }

  private async connect(username: string): Promise<void> {
    await this.ask('/sandbox/accounts', { username, conversations: 2 });
    await this.ask('/sandbox/login', { account: username, decision: 'allow' });
    const made = await this.ask('/v1/integrations', {
      provider: 'instagram',
      ownerRef: `shop-${this.ids.size + 1}`,
    });
    this.ids.set(username, (made.integration as { id: string }).id);
    await this.page.goto(made.connectUrl as string);
    await this.page.getByRole('button', { name: 'Continue to Instagram' }).click();
    await this.page.getByRole('heading', { name: 'Connected' }).waitFor();
  }

  private async ask(path: string, body: object = {}): Promise<Record<string, unknown>> {
    const response = await fetch(this.everything.api + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.everything.key()}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  }

  private async shoot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(FOLDER, `${name}.png`) });
    process.stdout.write(`docs/images/${name}.png\n`);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
