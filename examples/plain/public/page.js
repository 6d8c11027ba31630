'use strict';

/** The banner asks for a token when it has none, and when the one it has ends. */
document.addEventListener('evergrant:token-needed', async ({ target }) => {
  try {
    const answer = await fetch('/embed-token', { method: 'POST' });
    if (answer.ok) target.setAttribute('token', (await answer.json()).token);
  } catch {
    // It asks again by itself.
  }
});

document.addEventListener('evergrant:refresh-failed', ({ detail }) => toast(detail.text));
document.addEventListener('evergrant:token-expired', ({ detail }) => toast(detail.text));

function toast(text) {
  const element = document.createElement('p');
  element.className = 'toast';
  element.append(text);
  const close = document.createElement('button');
  close.type = 'button';
  close.textContent = 'Dismiss';
  close.addEventListener('click', () => element.remove());
  element.append(close);
  document.getElementById('toasts').append(element);
}
