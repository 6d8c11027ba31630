// The API reference: filter, copying, and trying requests. Everything can be read without it.
(() => {
  const key = document.getElementById('key');
  const contents = document.getElementById('contents');
  const filter = document.getElementById('filter');
  const found = document.getElementById('found');
  const wide = window.matchMedia('(min-width: 64rem)');

  for (const part of document.querySelectorAll('.key, #finder, .try, .copy')) part.hidden = false;

  // Nor does the browser keep it with a page that one can go back to.
  window.addEventListener('pagehide', () => (key.value = ''));
  key.value = '';

  const fit = () => (contents.open = wide.matches);
  wide.addEventListener('change', fit);
  fit();
  contents.addEventListener('click', ({ target }) => {
    if (target.closest('a') && !wide.matches) contents.open = false;
  });

  filter.addEventListener('input', () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = [...contents.querySelectorAll('[data-find]')];
    for (const row of rows) row.hidden = !words.every((word) => row.dataset.find.includes(word));
    for (const group of contents.querySelectorAll('ul ul'))
      group.parentElement.hidden = !group.querySelector('li:not([hidden])');
    found.textContent = rows.every((row) => row.hidden) ? filter.dataset.none : '';
  });
  filter.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') contents.querySelector('[data-find]:not([hidden]) a')?.click();
    if (event.key !== 'Escape') return;
    filter.value = '';
    filter.dispatchEvent(new window.Event('input'));
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest('input, textarea, select')) return;
    event.preventDefault();
    contents.open = true;
    filter.focus();
  });

  document.addEventListener('click', async ({ target }) => {
    const button = target.closest('.copy');
    if (!button) return;
    const sample = button.closest('.snippet').querySelector('pre');
    try {
      await navigator.clipboard.writeText(sample.textContent);
    } catch {
      // Not allowed here: it is selected, for the keyboard to copy.
      window.getSelection().selectAllChildren(sample);
      return;
    }
    const before = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = before), 2000);
  });

  document.addEventListener('submit', (event) => {
    event.preventDefault();
    void send(event.target);
  });

  async function send(form) {
    const result = form.querySelector('.result');
    const answer = form.querySelector('pre');
    const button = form.querySelector('button');
    const say = (text, state) => {
      result.textContent = text;
      result.className = `result ${state}`;
    };
    answer.hidden = true;
    if (!key.value.trim()) {
      say(key.dataset.noKey, 'not-ok');
      key.scrollIntoView({ block: 'center' });
      key.focus();
      return;
    }
    const request = requestOf(form);
    if (!request) return say(key.dataset.badJson, 'not-ok');
    if (form.dataset.ask && !window.confirm(`${form.dataset.ask}\n\n${request.method} ${request.path}`))
      return;
    say(key.dataset.sending, '');
    button.disabled = true;
    const begun = window.performance.now();
    try {
      const response = await fetch(request.path, { ...request, credentials: 'omit', cache: 'no-store' });
      const text = await response.text();
      const ms = Math.round(window.performance.now() - begun);
      const wait = response.headers.get('retry-after');
      const facts = [`${response.status} ${response.statusText}`.trim(), `${ms} ms`];
      if (wait) facts.push(`Retry-After: ${wait}`);
      say(facts.join(' · '), response.ok ? 'ok' : 'not-ok');
      answer.textContent = pretty(text);
      answer.hidden = text === '';
    } catch {
      say(key.dataset.noAnswer, 'not-ok');
    } finally {
      button.disabled = false;
    }
  }

  /** What the form asks for; undefined: its body is not JSON. */
  function requestOf(form) {
    const headers = { authorization: `Bearer ${key.value.trim()}` };
    const query = new window.URLSearchParams();
    let path = form.dataset.path;
    let body;
    for (const field of form.querySelectorAll('[data-in]')) {
      const { in: place, name } = field.dataset;
      const value = field.value.trim();
      if (value === '') continue;
      if (place === 'path') path = path.replace(`{${name}}`, () => encodeURIComponent(value));
      if (place === 'query') query.set(name, value);
      if (place === 'header') headers[name] = value;
      if (place === 'body') body = value;
    }
    if (body !== undefined) {
      try {
        JSON.parse(body);
      } catch {
        return undefined;
      }
      headers['content-type'] = 'application/json';
    }
    if (query.size) path += `?${query}`;
    return { path, method: form.dataset.method.toUpperCase(), headers, body };
  }

  function pretty(text) {
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text;
    }
  }
})();
