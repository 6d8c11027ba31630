/**
 * `evergrant-client/workflow`: for workflows of your own. It imports nothing, so it may be bundled with them.
 * @see https://docs.temporal.io/develop/typescript/core-application
 */
export { FAILURE_TYPES } from '../core/failure-types';
export * from '../core/messaging/activities-contract';
export { type SentMessage } from '../core/messaging/send';
