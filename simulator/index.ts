export { type AccountInput } from './accounts';
export { type Clock, type VirtualClock } from './clock';
export { ConflictError } from './conflict';
export { type Fault, type FaultInput } from './faults';
export { type LedgerRow } from './ledger';
export { type RunningSimulator, type RunOptions, runSimulator } from './run';
export {
  createSimulator,
  SANDBOX_APP_ID,
  SANDBOX_APP_SECRET,
  type Simulator,
  type SimulatorOptions,
} from './simulator';
export { type Mode, type State } from './state';
export { type AccountView, type MessageView } from './views';
