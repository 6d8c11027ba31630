// Makes a clone ready to run: `prestart` and `pretest` call it, without any dependency.
// Nothing is imported statically here: an old Node must reach the version check before newer syntax.

const OLDEST_NODE = [20, 19];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  console.error(
    `evergrant setup: Node ${process.versions.node} is too old: Node ${OLDEST_NODE.join('.')} or newer is needed ` +
      '(20, 22 and 24 are tested). Get one at https://nodejs.org/ or from your version manager.',
  );
  process.exit(1);
}

import('./setup/steps.mjs').then(({ prepareClone }) => prepareClone());
