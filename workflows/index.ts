import { BulkOperation } from './bulk-operation';
import { DeliverEvent } from './deliver-event';
import { FleetAudit } from './fleet-audit';
import { SendMessage } from './send-message';
import { TokenLifecycle } from './token-lifecycle';

export { BulkOperation, DeliverEvent, FleetAudit, SendMessage, TokenLifecycle };

/** The former names of the workflow types: running workflows and recorded histories go on under them. */
export {
  DeliverEvent as deliverEvent,
  FleetAudit as fleetAudit,
  SendMessage as sendMessage,
  TokenLifecycle as tokenLifecycle,
};
