import { type Child } from 'hono/jsx';
import { raw } from 'hono/html';
import { LAYOUT_TEXT } from '../../core/text/owner-pages';
import { tokensCss } from '../../core/design/tokens';
import { assetUrl } from '../assets';
import { type Frame } from '../frame';

const STYLE = `
* { box-sizing: border-box; }
body { margin: 0; font: 17px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
main { max-width: 34rem; margin: 8vh auto; padding: 2rem; background: var(--paper); border: 1px solid var(--line); border-radius: 12px; }
.logo { display: block; max-width: 12rem; max-height: 3rem; margin: 0 0 1.2rem; }
h1 { font-size: 1.45rem; line-height: 1.3; margin: 0 0 1rem; }
p { margin: 0 0 1rem; }
a { color: var(--accent); }
button, .button { font: inherit; font-weight: 600; display: inline-block; padding: .7rem 1.3rem; border: 0; border-radius: 8px; background: var(--accent); color: var(--on-accent); text-decoration: none; cursor: pointer; }
form { margin: 0 0 1rem; }
.second { background: transparent; color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.good { color: var(--good); } .bad { color: var(--bad); }
label { display: block; font-weight: 600; margin-bottom: .3rem; }
input { font: inherit; width: 100%; padding: .6rem .8rem; color: var(--ink); background: var(--paper); border: 1px solid var(--field); border-radius: 8px; }
h2 { font-size: 1.15rem; margin: 1.5rem 0 .5rem; }
dl { display: grid; grid-template-columns: max-content auto; gap: .2rem 1.5rem; margin: 0 0 1.5rem; } dd { margin: 0; }
footer { font-size: .9rem; margin-top: 1.5rem; }
`;

/** The frame of owner pages. It needs no script. @param props.next opened by itself; absent: the page stays. `head`: styles and scripts of the page */
export function Layout(props: {
  title: string;
  frame: Frame;
  children: Child;
  head?: Child;
  next?: { url: string; afterSeconds: number };
}) {
  const { product, supportUrl, logoUrl, accent, nonce } = props.frame;
  return (
    <>
      {raw('<!doctype html>')}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          {props.next && (
            <meta http-equiv="refresh" content={`${props.next.afterSeconds};url=${props.next.url}`} />
          )}
          <title>{LAYOUT_TEXT.title(props.title, product)}</title>
          <link rel="icon" href={assetUrl('icon.svg')} />
          <style nonce={nonce}>{raw(tokensCss(accent) + STYLE)}</style>
          {props.head}
        </head>
        <body>
          <main>
            {logoUrl && <img class="logo" src={logoUrl} alt={product} />}
            {props.children}
            {supportUrl && (
              <footer>
                {LAYOUT_TEXT.questions} <a href={supportUrl}>{LAYOUT_TEXT.contactSupport}</a>.
              </footer>
            )}
          </main>
        </body>
      </html>
    </>
  );
}
