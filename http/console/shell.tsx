import { raw } from 'hono/html';
import { type Child } from 'hono/jsx';
import { SHELL_TEXT as TEXT } from '../../core/text/console-shell';
import { MINUTE_MS } from '../../core/time';
import { assetUrl } from '../assets';
import { CONSOLE } from '../middleware/headers';
import { type Frame } from '../frame';
import { CONNECTIONS } from './paths';
import { SandboxBar, type SandboxView } from './sandbox/sandbox-bar';
import { THEMES, THEME_BUTTON, type Theme } from './theme';

const SECTIONS = {
  overview: CONSOLE,
  connections: CONNECTIONS,
  fleet: `${CONSOLE}/fleet`,
  settings: `${CONSOLE}/settings`,
} as const;
const HTMX_CONFIG = {
  includeIndicatorCSS: true,
  history: 'reload',
  defaultTimeout: 2 * MINUTE_MS,
  // `open` keeps details that the user has expanded.
  morphIgnore: ['data-htmx-powered', 'open'],
};
export type Section = keyof typeof SECTIONS;

export interface Toast {
  text: string;
  good: boolean;
}

export interface ShellProps {
  title: string;
  section: Section;
  frame: Frame;
  userName: string;
  sandbox: SandboxView | null;
  theme: Theme;
  toasts: Toast[];
  /** The page's own URL, from which updates are fetched. */
  url: string;
  /** A page that never changes, such as one about an error. */
  still?: boolean;
  /** The pages above this one. */
  crumbs?: { label: string; href: string }[];
  /** Beside the title. */
  toolbar?: Child;
  /** Outside the part that updates automatically, such as inputs. */
  top?: Child;
  /** The minimum time between updates, such as `20s`; absent: none. */
  throttle?: string | undefined;
  /** Shown once after an action: a link or a key. */
  made?: Child;
  /** Below the part that updates automatically. */
  bottom?: Child;
  children: Child;
}

/** The frame of every console page. `#live` updates after each event. */
export function Shell(props: ShellProps) {
  const { frame, url } = props;
  return (
    <>
      {raw('<!doctype html>')}
      <html lang="en" data-theme={props.theme === 'system' ? undefined : props.theme}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="htmx-config" content={JSON.stringify(HTMX_CONFIG)} />
          <title>{TEXT.title(props.title)}</title>
          <link rel="icon" href={assetUrl('icon.svg')} />
          <link rel="stylesheet" href={assetUrl('console.css')} nonce={frame.nonce} />
          {(['console.js', 'htmx.js'] as const).map((name) => (
            <script src={assetUrl(name)} nonce={frame.nonce} defer />
          ))}
        </head>
        <body>
          <a class="skip" href="#main">
            {TEXT.skip}
          </a>
          {props.sandbox && <SandboxBar view={props.sandbox} here={url} />}
          <header>
            <div>
              <a class="brand" href={CONSOLE}>
                <img src={assetUrl('icon.svg')} width="24" height="24" alt="" /> {TEXT.brand}
              </a>
              <nav aria-label={TEXT.sectionsLabel}>
                {(Object.keys(SECTIONS) as Section[]).map((section) => (
                  <a href={SECTIONS[section]} aria-current={section === props.section ? 'page' : undefined}>
                    {TEXT.sections[section]}
                  </a>
                ))}
              </nav>
              <ThemeSwitch theme={props.theme} here={url} />
              <form method="post" action={`${CONSOLE}/sign-out`}>
                <span>{TEXT.signedIn(props.userName)}</span>
                <button type="submit">{TEXT.signOut}</button>
              </form>
            </div>
          </header>
          <main id="main" tabindex={-1}>
            {props.crumbs && (
              <nav class="crumbs" aria-label={TEXT.crumbsLabel}>
                {props.crumbs.map(({ label, href }) => (
                  <>
                    <a href={href}>{label}</a> <span aria-hidden="true">/</span>{' '}
                  </>
                ))}
              </nav>
            )}
            <div class="title">
              <h1 tabindex={-1}>{props.title}</h1>
              {props.toolbar}
            </div>
            {props.top}
            <p id="paused" class="card" role="status" hidden>
              {TEXT.paused}
            </p>
            <div id="made">{props.made}</div>
            <div id="live" {...(!props.still && updatesOf(props))}>
              {props.children}
            </div>
            {props.bottom}
          </main>
          <Toasts toasts={props.toasts} />
          <div {...{ 'hx-sse:connect': `${CONSOLE}/live`, 'hx-sse:close': 'replaced' }} hx-swap="none" />
        </body>
      </html>
    </>
  );
}

/** Fetches the page again after each event, and takes this part of it. */
function updatesOf({ url, throttle }: Pick<ShellProps, 'url' | 'throttle'>) {
  return {
    'hx-get': url,
    'hx-trigger': `changed from:body${throttle ? ` throttle:${throttle}` : ''}`,
    'hx-target': '#live',
    'hx-select': '#live',
    'hx-swap': 'outerMorph',
    'hx-sync': 'drop',
  };
}

/** The next of the three themes. */
function ThemeSwitch({ theme, here }: { theme: Theme; here: string }) {
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  return (
    <form method="post" action={`${CONSOLE}/theme`}>
      <input type="hidden" name="here" value={here} />
      <button id={THEME_BUTTON} name="theme" value={next} title={TEXT.themeHint}>
        {TEXT.theme(theme)}
      </button>
    </form>
  );
}

function Toasts({ toasts }: { toasts: Toast[] }) {
  return (
    <div id="toasts" role="status" aria-live="polite">
      {toasts.map(({ text, good }) => (
        <div class={good ? 'toast' : 'toast bad-news'}>
          <p>{text}</p>
          <button type="button" data-dismiss aria-label={TEXT.dismiss}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
