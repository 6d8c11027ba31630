/*
 * <evergrant-banner base="https://evergrant.example" token="evge_…"></evergrant-banner>
 * Shows owners the state of their Instagram connections. A plain script or module without dependencies or inline styles.
 */
(() => {
  const NAME = 'evergrant-banner';
  const SECOND = 1000;
  const MINUTE = 60 * SECOND;
  const DAY = 1440 * MINUTE;
  /** A token that expires within this is refreshed when the page loads. */
  const SOON = 3 * DAY;
  /** Embed tokens are valid for an hour. The page is asked for a new one shortly before. */
  const TOKEN_AGE = 55 * MINUTE;
  const ASK_AGAIN = 5 * MINUTE;
  const PATIENCE = 30 * SECOND;

  const STYLE = `
    :host { display: block; font: 1rem/1.5 system-ui, sans-serif; }
    :host([hidden]) { display: none; }
    :host(:focus-visible) { outline: 3px solid; outline-offset: 2px; }
    .banner {
      display: flex; flex-wrap: wrap; align-items: center; gap: .5em 1em; box-sizing: border-box;
      margin: 0 0 .5em; padding: .75em 1em; border: 1px solid; border-inline-start-width: .4em; border-radius: .4em;
      overflow-wrap: anywhere;
    }
    .words { flex: 1 1 15em; min-width: 0; }
    /* colours */
    p { margin: 0; }
    .account { font-weight: 600; }
    .note { font-size: .875em; }
    .actions { display: flex; flex-wrap: wrap; gap: .5em; }
    button {
      font: inherit; color: inherit; background: transparent; border: 1px solid; border-radius: .3em;
      min-height: 2.5em; padding: .25em 1em; cursor: pointer;
    }
    button:hover { text-decoration: underline; }
    button:focus-visible { outline: 3px solid; outline-offset: 2px; }
    button[aria-disabled] { cursor: progress; opacity: .8; }
  `;

  /** Expiries that this page was notified of. */
  const notified = new Set();
  let sheet;

  function make(tag, name, text) {
    const element = document.createElement(tag);
    element.className = name;
    element.setAttribute('part', name);
    if (text) element.textContent = text;
    return element;
  }

  /** What one connection shows. It is redrawn only if this changes. */
  const looks = ({ banner, account }) => JSON.stringify([banner, account]);

  /**
   * Screen readers announce changes of an existing live region. A region that is inserted together with its text is often
   * skipped. With several banners, only the new one is announced.
   */
  function region(role) {
    const element = document.createElement('div');
    element.setAttribute('role', role);
    element.setAttribute('aria-atomic', 'false');
    return element;
  }

  const levelOf = ({ level }) => (level === 'error' ? 'error' : 'warning');

  /** Only http and https URLs. */
  const isWeb = (url) => /^https?:/.test(url);

  class Refusal extends Error {
    constructor(status, body, retryAfter) {
      super(String(status));
      Object.assign(this, { status, body, retryAfter });
    }
  }

  class EvergrantBanner extends HTMLElement {
    static observedAttributes = ['base', 'token'];

    /** The live regions, by level. */
    #regions = { error: region('alert'), warning: region('status') };
    /** The visible boxes, by integration. */
    #drawn = new Map();
    /** Part name and handler of a button, by kind of action. */
    #deeds = new Map([
      ['check_again', ['check', (life, drawn) => this.#checkAgain(life, drawn)]],
      ['reconnect', ['reconnect', (life, { one }) => this.#reconnect(life, one)]],
    ]);
    /** The last `evergrant:status`, as text. */
    #integrations = '';
    /** Integrations that were refreshed since the page loaded. */
    #checked = new Set();
    /** Counts restarts. Results of an earlier run are dropped. */
    #life = null;
    #asking;
    #wasRefused = false;
    #starting = false;
    #onVisible = () => {
      if (document.hidden) return;
      if (this.#life) this.#load(this.#life);
      else if (this.#asking) this.#needToken();
    };

    constructor() {
      super();
      const root = this.attachShadow({ mode: 'open' });
      try {
        sheet ??= new CSSStyleSheet();
        sheet.replaceSync(STYLE);
        root.adoptedStyleSheets = [sheet];
      } catch {
        // Old browsers show it without styles.
      }
      root.append(this.#regions.error, this.#regions.warning);
    }

    connectedCallback() {
      document.addEventListener('visibilitychange', this.#onVisible);
      this.#start();
    }

    disconnectedCallback() {
      document.removeEventListener('visibilitychange', this.#onVisible);
      this.#stop();
    }

    attributeChangedCallback(name, before, after) {
      if (before !== after && this.isConnected) this.#start();
    }

    #stop() {
      this.#life?.controller.abort();
      clearTimeout(this.#life?.timer);
      clearTimeout(this.#life?.ending);
      clearTimeout(this.#asking);
      this.#life = this.#asking = null;
    }

    /** Once per turn, so that both attributes and listeners can be set first. */
    #start() {
      this.#stop();
      if (this.#starting) return;
      this.#starting = true;
      setTimeout(() => {
        this.#starting = false;
        if (!this.isConnected || this.#life) return;
        const base = this.getAttribute('base')?.trim().replace(/\/+$/, '');
        const token = this.getAttribute('token');
        if (base === undefined) return;
        if (!token) {
          this.#draw([]);
          return this.#needToken();
        }
        this.#integrations = '';
        const life = { base, token, controller: new AbortController(), failures: 0, turn: 0 };
        life.ending = setTimeout(() => this.#tell('token-needed', {}), TOKEN_AGE);
        this.#life = life;
        this.#load(life);
      });
    }

    #tell(name, detail) {
      this.dispatchEvent(new CustomEvent(`evergrant:${name}`, { bubbles: true, composed: true, detail }));
    }

    /** @throws Refusal for any response but 2xx */
    async #ask(life, method, path, body) {
      const { signal } = life.controller;
      const answer = await fetch(`${life.base}/v1/integrations${path}`, {
        method,
        headers: {
          authorization: `Bearer ${life.token}`,
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        credentials: 'omit',
        cache: 'no-store',
        redirect: 'error',
        signal: AbortSignal.any?.([signal, AbortSignal.timeout(PATIENCE)]) ?? signal,
      });
      const said = await answer.json().catch(() => null);
      if (!answer.ok || !said)
        throw new Refusal(answer.status, said, Number(answer.headers.get('retry-after')) || 0);
      const now = Date.parse(answer.headers.get('date') ?? '') || Date.now();
      return { said, now };
    }

    /** Sends an optional field, and repeats the request without it if the field is refused. */
    async #askWith(life, path, wish) {
      try {
        return (await this.#ask(life, 'POST', path, wish)).said;
      } catch (error) {
        if (error.status !== 400) throw error;
        return (await this.#ask(life, 'POST', path)).said;
      }
    }

    async #load(life) {
      let wait = MINUTE;
      try {
        if (!document.hidden) {
          const { all, now } = await this.#view(life);
          life.failures = 0;
          this.#wasRefused = false;
          await this.#lookAfter(life, all, now);
        }
      } catch (error) {
        if (this.#life !== life) return;
        if (error.status === 401) return this.#refused();
        life.failures += 1;
        wait = Math.max(MINUTE * Math.min(2 ** life.failures, 15), (error.retryAfter ?? 0) * SECOND);
      }
      if (this.#life !== life) return;
      clearTimeout(life.timer);
      life.timer = setTimeout(() => this.#load(life), wait * (0.9 + Math.random() * 0.2));
    }

    /** Shows the current state, unless a later update has started. */
    async #view(life) {
      const turn = ++life.turn;
      const seen = await this.#list(life);
      if (this.#life === life && life.turn === turn) this.#show(seen.all);
      return seen;
    }

    async #list(life) {
      const all = [];
      let cursor = '';
      do {
        const { said, now } = await this.#ask(life, 'GET', `?limit=200${cursor}`);
        all.push(...said.data);
        cursor = said.nextCursor && `&cursor=${encodeURIComponent(said.nextCursor)}`;
        if (!cursor) return { all, now };
      } while (cursor);
    }

    /** The boxes stay until the page sets a new token. The event is repeated. */
    #needToken(atOnce = true) {
      this.#stop();
      this.#asking = setTimeout(() => this.#needToken(), ASK_AGAIN);
      if (atOnce) this.#tell('token-needed', {});
    }

    /** Slows down if the page sets one invalid token after another. */
    #refused() {
      const atOnce = !this.#wasRefused;
      this.#wasRefused = true;
      this.#needToken(atOnce);
    }

    /** Refreshes tokens that expire soon, once per page. */
    async #lookAfter(life, all, now) {
      const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
      let changed = false;
      for (const { id, usable, expiresAt, account } of all) {
        if (this.#life !== life) return;
        if (!usable || Date.parse(expiresAt) - now > SOON || this.#checked.has(id)) continue;
        this.#checked.add(id);
        try {
          const { refreshed } = await this.#askWith(life, `/${id}/ensure-fresh`, { timeZone });
          changed ||= refreshed;
        } catch (error) {
          const failed = error.body?.code === 'refresh_failed';
          // No response, or the token was refused: retried with the next update.
          const settled = error.status < 500 && error.status !== 401 && error.status !== 429;
          if (!failed && !settled) {
            this.#checked.delete(id);
            throw error;
          }
          if (failed) this.#tell('refresh-failed', { account, text: error.body.text });
          changed = true;
        }
      }
      if (changed) await this.#view(life);
    }

    #show(all) {
      const integrations = all.map(({ id, account, state, usable, expiresAt, banner }) => ({
        id,
        account,
        state,
        usable,
        expiresAt,
        banner,
      }));
      this.#draw(all);
      const seen = JSON.stringify(integrations);
      if (seen !== this.#integrations) this.#tell('status', { integrations });
      this.#integrations = seen;
      for (const { id, state, account, reason, banner, reconnectUrl } of all) {
        if (state !== 'expired') notified.delete(id);
        else if (!notified.has(id)) {
          notified.add(id);
          this.#tell('token-expired', { account, reason, text: banner?.text ?? '', reconnectUrl });
        }
      }
    }

    /** Redraws only what changed, because screen readers announce it. */
    #draw(all) {
      const wanted = all.filter(({ banner }) => banner);
      const hadFocus = this.shadowRoot.activeElement !== null;
      for (const [id, { element }] of this.#drawn) {
        if (wanted.some((one) => one.id === id)) continue;
        element.remove();
        this.#drawn.delete(id);
      }
      for (const one of wanted) {
        const drawn = this.#drawn.get(one.id);
        const look = looks(one);
        if (drawn?.look === look) {
          drawn.one = one;
          continue;
        }
        const fresh = { look, one };
        fresh.element = this.#banner(fresh);
        this.#drawn.set(one.id, fresh);
        const focused = drawn?.element.contains(this.shadowRoot.activeElement);
        const place = this.#regions[levelOf(one.banner)];
        if (drawn?.element.parentNode === place) drawn.element.replaceWith(fresh.element);
        else {
          drawn?.element.remove();
          place.append(fresh.element);
        }
        if (focused) fresh.element.querySelector('button')?.focus();
      }
      if (hadFocus && !this.shadowRoot.activeElement) this.#keepFocus();
    }

    /** The button that had the focus is gone: another one gets it, or else this place in the page, until it is left. */
    #keepFocus() {
      const next = this.shadowRoot.querySelector('button');
      if (next) return next.focus();
      if (this.hasAttribute('tabindex')) return this.focus();
      this.setAttribute('tabindex', '-1');
      this.addEventListener('blur', () => this.removeAttribute('tabindex'), { once: true });
      this.focus();
    }

    #banner(drawn) {
      const { id, account, banner } = drawn.one;
      const level = levelOf(banner);
      const element = make('div', `banner ${level}`);
      const words = make('div', 'words');
      const name = account?.username && `@${account.username}`;
      if (name && !banner.text.includes(name)) words.append(make('p', 'account', name));
      const text = make('p', 'text', banner.text);
      text.id = id;
      words.append(text);
      if (banner.note) words.append(make('p', 'note', banner.note));
      const actions = make('div', 'actions');
      // During a rollout, an older version may respond without actions.
      for (const { kind, label } of banner.actions ?? []) {
        const [part, act] = this.#deeds.get(kind) ?? [];
        if (!act) continue;
        const button = make('button', `button ${part}`, label);
        button.type = 'button';
        button.setAttribute('aria-describedby', id);
        button.addEventListener('click', () => this.#press(button, (life) => act(life, drawn)));
        actions.append(button);
      }
      element.append(words, actions);
      return element;
    }

    /** One request at a time. The button keeps the focus. */
    async #press(button, act) {
      if (button.hasAttribute('aria-disabled')) return;
      button.setAttribute('aria-disabled', 'true');
      try {
        await act(this.#life);
      } catch (error) {
        if (error.status === 401 && this.#life) this.#refused();
      }
      button.removeAttribute('aria-disabled');
    }

    async #checkAgain(life, drawn) {
      if (!life) return this.#needToken();
      try {
        await this.#ask(life, 'POST', `/${drawn.one.id}/recheck`);
      } finally {
        // The result is redrawn and announced, even if it is the same.
        if (this.#life === life) {
          drawn.look = '';
          await this.#load(life);
        }
      }
    }

    /** Opens the connect flow, and returns to this page if allowed. */
    async #reconnect(life, { id, reconnectUrl }) {
      let url = reconnectUrl;
      if (life) {
        try {
          ({ url } = await this.#askWith(life, `/${id}/connect-links`, { returnTo: location.href }));
        } catch (error) {
          if (!url) throw error;
        }
      }
      if (!url) return this.#needToken();
      if (!isWeb(url)) return;
      // Evergrant's pages cannot be framed.
      if (window.top === window) location.assign(url);
      else window.open(url, '_blank', 'noopener');
    }
  }

  if (!customElements.get(NAME)) customElements.define(NAME, EvergrantBanner);
})();
