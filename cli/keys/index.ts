export { retireKey } from './retire';
export { rewrap } from './rewrap';
export { rotate } from './rotate';
export { showStatus } from './status';
