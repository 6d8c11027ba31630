// Enhancements of the console. Every form works without them.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

  /** Shows times in the viewer's time zone. */
  function localize() {
    for (const time of document.querySelectorAll('time[data-utc]')) {
      const text = format.format(new Date(time.dateTime));
      if (time.dataset.utc === 'title') time.title = text;
      else time.textContent = text;
    }
  }

  /** On a phone the filters and the sandbox's controls are folded. */
  const phone = window.matchMedia('(max-width: 760px)');
  function fold() {
    for (const part of document.querySelectorAll('details.fold')) part.open = !phone.matches;
  }
  phone.addEventListener('change', fold);

  // Days are those of the reader's zone, which the server knows from here on.
  if (!document.cookie.split('; ').includes(`evergrant_zone=${zone}`)) {
    document.cookie = `evergrant_zone=${zone}; path=/console; max-age=31536000; samesite=lax`;
    window.addEventListener('load', () => document.body.dispatchEvent(new window.Event('changed')));
  }

  document.addEventListener('htmx:config:request', ({ detail }) => {
    detail.ctx.request.headers['X-Time-Zone'] = zone;
  });
  document.addEventListener('htmx:after:swap', localize);
  localize();
  fold();

  // A newer page of this session has its place, or there is none.
  const showPaused = () => document.getElementById('paused')?.removeAttribute('hidden');
  document.addEventListener('htmx:sse:close', ({ detail }) => {
    if (detail.reason === 'message') showPaused();
  });
  document.addEventListener('htmx:response:error', ({ target, detail }) => {
    if (target.hasAttribute?.('hx-sse:connect') && detail.ctx.response.status === 429) showPaused();
  });

  document.addEventListener('keydown', (event) => {
    const isTyping = event.target.closest?.('input, select, textarea, dialog');
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const search = document.querySelector('input[type="search"]');
    if (!search) return;
    event.preventDefault();
    search.focus();
  });

  /** The box in a table's head ticks all rows. */
  document.addEventListener('change', ({ target }) => {
    if (!target.matches?.('[data-tick-all]')) return;
    const boxes = target.closest('table').querySelectorAll('tbody input[type="checkbox"]');
    for (const box of boxes) box.checked = target.checked;
  });

  document.addEventListener('click', ({ target }) => {
    const copy = target.closest('[data-copy]');
    if (copy) {
      const source = document.getElementById(copy.dataset.copy);
      source.select?.();
      const label = copy.textContent;
      navigator.clipboard?.writeText(source.value ?? source.textContent).then(
        () => {
          copy.textContent = copy.dataset.done;
          setTimeout(() => (copy.textContent = label), 2000);
        },
        () => undefined,
      );
    }
    target.closest('[data-dismiss]')?.closest('.toast')?.remove();
  });
})();
