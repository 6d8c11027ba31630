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

  document.addEventListener('htmx:config:request', ({ detail }) => {
    detail.ctx.request.headers['X-Time-Zone'] = zone;
  });
  document.addEventListener('htmx:after:swap', localize);
  localize();

  // A newer page of this session has its place, or there is none.
  const showPaused = () => document.getElementById('paused')?.removeAttribute('hidden');
  document.addEventListener('htmx:sse:close', ({ detail }) => {
    if (detail.reason === 'message') showPaused();
  });
  document.addEventListener('htmx:response:error', ({ target, detail }) => {
    if (target.hasAttribute?.('hx-sse:connect') && detail.ctx.response.status === 429) showPaused();
  });

  document.addEventListener('click', ({ target }) => {
    const copy = target.closest('[data-copy]');
    if (copy) {
      const field = document.getElementById(copy.dataset.copy);
      field.select();
      navigator.clipboard?.writeText(field.value).then(
        () => (copy.textContent = copy.dataset.done),
        () => undefined,
      );
    }
    target.closest('[data-dismiss]')?.closest('.toast')?.remove();
  });
})();
