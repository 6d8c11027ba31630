import { SETTINGS_TABS as TEXT } from '../../../core/text/console-settings';
import { Tabs } from '../parts';
import { ACCESS, AUDIT_LOG, DELIVERIES, ENCRYPTION, MAIL, SETTINGS, WEBHOOKS } from '../paths';
import { type ConsoleUser } from '../session';

const PAGES = {
  keys: SETTINGS,
  access: ACCESS,
  webhooks: WEBHOOKS,
  deliveries: DELIVERIES,
  mail: MAIL,
  encryption: ENCRYPTION,
  audit: AUDIT_LOG,
} as const;
export type SettingsPage = keyof typeof PAGES;

/** What concerns the whole deployment, which users limited to owners do not see. */
const FOR_ALL: readonly SettingsPage[] = ['webhooks', 'deliveries', 'mail', 'encryption'];

/** The pages of the settings, as far as this user may open them. */
export function SettingsTabs({ user, current }: { user: ConsoleUser; current: SettingsPage }) {
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
