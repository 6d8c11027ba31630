import { type SandboxControls } from '../../http/deps';
import { type Simulator } from '../../simulator/index';
import { type TimeTravel } from './time-travel';

const OUTAGE_STATUS = 503;

/** What a visitor can do to the sandbox in its console. */
export function sandboxControls(simulator: Simulator, travel: TimeTravel): SandboxControls {
  return {
    advance: travel.advance,
    journey: travel.journey,
    nextActionAt: () => travel.nextActionAt(),
    accounts: () => simulator.accounts(),
    invalidate: (username, subcode) => void simulator.invalidate(username, subcode),
    isOutage: () =>
      simulator.faults().some(({ match, status }) => isEmpty(match) && status === OUTAGE_STATUS),
    setOutage: (on) => setOutage(simulator, on),
  };
}

/** Makes the simulator fail every call, or answer again. Either way earlier faults are cleared. */
export function setOutage(simulator: Simulator, on: boolean): void {
  simulator.clearFaults();
  if (on) simulator.addFault({ match: {}, status: OUTAGE_STATUS });
}

function isEmpty(match: object): boolean {
  return Object.values(match).every((value) => value === undefined || value === null);
}
