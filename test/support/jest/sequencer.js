const { default: Sequencer } = require('@jest/test-sequencer');

/** Tests that start programs or browsers, or live through months. */
const SLOW =
  /\/test\/(canary|browser|examples|workflows|activities)\/|\/test\/http\/(callbacks|original-plan|outages)/;
const SLOW_MS = 30_000;

/** The longest first, so that no core is idle at the end; on a machine that has not run them yet, those known as slow. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const expectedMs = ({ path, duration }) => duration ?? (SLOW.test(path) ? SLOW_MS : 0);
    return super.sort(tests).sort((one, other) => expectedMs(other) - expectedMs(one));
  }
};
