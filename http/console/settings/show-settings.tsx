import { type Context } from 'hono';
import { SETTINGS_TABS as TEXT } from '../../../core/text/console-settings';
import { SHELL_TEXT } from '../../../core/text/console-shell';
import { Tabs } from '../parts';
import { ACCESS, AUDIT_LOG, DELIVERIES, ENCRYPTION, MAIL, SETTINGS, WEBHOOKS } from '../paths';
import { type ConsoleEnv, type ConsoleUser } from '../session';
import { type Toast } from '../shell';
import { type Page, show } from '../show';

const PAGES = {
  keys: SETTINGS,
  access: ACCESS,
  webhooks: WEBHOOKS,
  deliveries: DELIVERIES,
  mail: MAIL,
  encryption: ENCRYPTION,
  audit: AUDIT_LOG,
} as const;
type SettingsPage = keyof typeof PAGES;

/** What concerns the whole deployment, which users limited to owners do not see. */
const FOR_ALL: readonly SettingsPage[] = ['webhooks', 'deliveries', 'mail', 'encryption'];

/** Responds with one page of the settings. `url` is needed if the page has more than its path. */
export function showSettings(
  deps: Parameters<typeof show>[0],
  c: Context<ConsoleEnv>,
  current: SettingsPage,
  page: Pick<Page, 'url' | 'made' | 'content' | 'bottom'>,
  toasts: Toast[] = [],
) {
  const top = <SettingsTabs user={c.get('user')} current={current} />;
  const { settings: title } = SHELL_TEXT.sections;
  return show(deps, c, { title, section: 'settings', url: PAGES[current], top, ...page }, toasts);
}

/** The pages of the settings, as far as this user may open them. */
function SettingsTabs({ user, current }: { user: ConsoleUser; current: SettingsPage }) {
  const pages = (Object.keys(PAGES) as SettingsPage[]).filter(
    (page) => user.ownerRefs === null || !FOR_ALL.includes(page),
  );
  return (
    <Tabs
      label={TEXT.label}
      tabs={pages.map((page) => ({ label: TEXT[page], href: PAGES[page], current: page === current }))}
    />
  );
}
