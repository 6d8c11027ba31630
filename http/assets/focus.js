// Windows above the page, and the focus while parts of it are exchanged: for those who use the keyboard or a screen reader.
(() => {
  /** What had the focus last, and outside of what comes and goes. */
  let last = null;
  let lastOutside = null;
  const COMES_AND_GOES = 'dialog, #toasts';
  const CONTROLS = 'a[href], button, input:not([type="hidden"]), select, textarea, summary';

  document.addEventListener('focusin', ({ target }) => {
    last = placeOf(target);
    if (!target.closest(COMES_AND_GOES)) lastOutside = last;
  });
  // With a mouse it is of no use, and giving it back would scroll.
  let byPointer = false;
  document.addEventListener('pointerdown', () => (byPointer = true), true);
  document.addEventListener('keydown', () => (byPointer = false), true);

  function placeOf(element) {
    const ancestors = [];
    for (let one = element.parentElement; one && one !== document.body; one = one.parentElement)
      ancestors.push(one);
    return { element, ancestors, localName: element.localName, key: keyOf(element) };
  }
  /** What tells a control from others around it, also when it has been drawn again. */
  function keyOf({ type, name, value, textContent }) {
    return [type, name, type === 'checkbox' && value, textContent].join();
  }

  const isLost = () => !document.activeElement || document.activeElement === document.body;

  /** @returns whether it took the focus: what is hidden or disabled does not */
  function focus(element) {
    element?.focus();
    return !isLost();
  }

  /** The same control, or the one that has come in its place. */
  function again({ element, ancestors, localName, key }) {
    if (element.isConnected && focus(element)) return true;
    const around = document.getElementById(ancestors.find(({ id }) => id)?.id);
    return [...(around?.querySelectorAll(localName) ?? [])].some((one) => keyOf(one) === key && focus(one));
  }

  /** The row that it was in, the region around it, or the page's title. */
  function nearby({ ancestors }) {
    for (const one of ancestors) {
      if (!one.isConnected || one.id === 'main') continue;
      if (one.localName === 'tr' && [...one.querySelectorAll(CONTROLS)].some(focus)) return true;
      if (one.hasAttribute('tabindex') && focus(one)) return true;
    }
    return false;
  }

  function keep() {
    if (!isLost()) return;
    if (last && again(last)) return;
    if (lastOutside && (again(lastOutside) || nearby(lastOutside))) return;
    focus(document.querySelector('main h1'));
  }

  /** Dialogs come open, for browsers without scripts. Here nothing else can be used until they are closed. */
  function raiseDialogs() {
    for (const dialog of document.querySelectorAll('dialog[data-modal]')) {
      const keeps = dialog.dataset.modal === 'keep';
      delete dialog.dataset.modal;
      dialog.close();
      // What has the focus now gets it back when the window is closed.
      keep();
      dialog.showModal();
      // A secret that is shown once must not vanish by a key.
      if (keeps) dialog.addEventListener('cancel', (event) => event.preventDefault());
    }
  }

  new window.MutationObserver(() => {
    if (last && document.hasFocus() && !byPointer) keep();
    raiseDialogs();
  }).observe(document.body, { childList: true, subtree: true });
  document.addEventListener('close', keep, true);
  raiseDialogs();

  // A button that is disabled loses the focus, so a busy one is only said to be so.
  const busyBy = new WeakMap();
  document.addEventListener('htmx:before:request', ({ target, detail }) => {
    if (detail.ctx.request.method === 'GET' || !target.matches('form, button')) return;
    const scope = target.closest('#sandbox') ?? target;
    const buttons = scope.matches('button') ? [scope] : [...scope.querySelectorAll('button')];
    busyBy.set(detail.ctx, buttons);
    for (const button of buttons) button.setAttribute('aria-disabled', 'true');
  });
  // Before the answer is shown, which may say that they are to stay so.
  for (const over of ['htmx:after:request', 'htmx:finally:request'])
    document.addEventListener(over, ({ detail }) => {
      for (const button of busyBy.get(detail.ctx) ?? []) button.removeAttribute('aria-disabled');
      busyBy.delete(detail.ctx);
    });
  document.addEventListener(
    'click',
    (event) => {
      if (!event.target.closest('[aria-disabled="true"]')) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
})();
