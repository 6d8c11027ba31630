export { deliverEvent } from './deliver-event';
export { fleetAudit } from './fleet-audit';
export { sendMessage } from './send-message';
export { tokenLifecycle } from './token-lifecycle';
