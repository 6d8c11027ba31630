import { html } from 'hono/html';
import { accountState } from '../world/accounts';
import { type ConsentRequest } from '../world/consent';
import { type Account } from '../world/state';
import { type World } from '../world/world';

type Html = ReturnType<typeof html>;

const page = (title: string, content: Html): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Instagram simulator</title>
        <style>
          body {
            font:
              16px/1.5 system-ui,
              sans-serif;
            max-width: 30rem;
            margin: 3rem auto;
            padding: 0 1rem;
            color: #1c1c1e;
            background: #fff;
          }
          .notice {
            border: 2px dashed #8a5a00;
            background: #fff7e0;
            color: #4a3000;
            padding: 0.5rem 1rem;
            border-radius: 0.5rem;
          }
          fieldset {
            border: 1px solid #8e8e93;
            border-radius: 0.5rem;
            margin: 1rem 0;
          }
          label {
            display: block;
            padding: 0.25rem 0;
          }
          button {
            font: inherit;
            padding: 0.5rem 1.5rem;
            border-radius: 0.5rem;
            border: 1px solid #1c1c1e;
            background: #fff;
            color: inherit;
          }
          button[value='allow'] {
            background: #1c1c1e;
            color: #fff;
          }
          a,
          button {
            cursor: pointer;
          }
          :focus-visible {
            outline: 3px solid #0a66c2;
            outline-offset: 2px;
          }
        </style>
      </head>
      <body>
        <p class="notice">
          <strong>Instagram simulator.</strong> This is not Instagram. No real account is involved.
        </p>
        <main>${content}</main>
      </body>
    </html>`;

/**
 * The consent form; it needs no script. Whose link it is, no simulator knows: at most the account of the browser is
 * chosen, and not where that is connected already, so that nobody allows for a wrong account by just going on.
 * @param loggedIn in this browser
 */
export function consentPage(
  world: World,
  request: ConsentRequest,
  accounts: readonly Account[],
  loggedIn: Account | undefined,
): Html {
  const isConnected = loggedIn !== undefined && accountState(world, loggedIn) === 'valid';
  const chosen = request.forcesLogin || isConnected ? undefined : loggedIn;
  const hidden = {
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    response_type: 'code',
    scope: request.scopes.join(','),
    ...(request.state !== undefined && { state: request.state }),
  };
  return page(
    request.forcesLogin ? 'Log in' : 'Allow access',
    html`<h1>${request.forcesLogin ? 'Log in again, and allow access?' : 'Allow access?'}</h1>
      <p>An app wants to connect an account and return to <code>${request.redirectUri}</code>.</p>
      ${loggedIn && !request.forcesLogin ? html`<p>Logged in as @${loggedIn.username}.</p>` : ''}
      <form method="post" action="/oauth/authorize">
        ${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
        <fieldset>
          <legend>Account</legend>
          ${
            accounts.length === 0
              ? html`<p>
                  The sandbox has no account yet. Create one with <code>POST /_sim/accounts</code> and reload
                  this page.
                </p>`
              : accounts.map(
                  (account) =>
                    html`<label
                      ><input
                        type="radio"
                        name="account"
                        value="${account.id}"
                        required${account === chosen ? html` checked` : ''}
                      />
                      @${account.username}</label
                    >`,
                )
          }
        </fieldset>
        <fieldset>
          <legend>Permissions</legend>
          ${request.scopes.map((scope) => html`<label><input type="checkbox" name="granted" value="${scope}" checked /> ${scope}</label>`)}
        </fieldset>
        <button name="decision" value="allow" ${accounts.length === 0 ? html` disabled` : ''}>Allow</button>
        <button name="decision" value="deny" formnovalidate>Deny</button>
      </form>`,
  );
}

export function refusalPage(reason: string): Html {
  return page(
    'Invalid request',
    html`<h1>Invalid request</h1>
      <p>${reason}</p>`,
  );
}

export function frontPage(): Html {
  return page(
    'About',
    html`<h1>Running</h1>
      <p>
        Authorize page: <code>/oauth/authorize</code>. Control: <code>/_sim/accounts</code>,
        <code>/_sim/clock</code>, <code>/_sim/requests</code>.
      </p>`,
  );
}
