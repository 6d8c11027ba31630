export { type AccountInput } from './world/accounts';
export { type Clock, type VirtualClock } from './clock';
export { ConflictError } from './graph/conflict';
export { type Fault, type FaultInput } from './faults/faults';
export { type LedgerRow } from './usage/ledger';
export { type RunningSimulator, type RunOptions, runSimulator } from './run';
export {
  createSimulator,
  SANDBOX_APP_ID,
  SANDBOX_APP_SECRET,
  type Simulator,
  type SimulatorOptions,
} from './simulator';
export { type Mode, type State } from './world/state';
export { type AccountView, type MessageView } from './graph/views';
