import type { z } from 'zod';
import { AccountSettings, setAccount } from '../world/account-settings';
import { AccountInput, addAccount, findAccount, invalidate, restore } from '../world/accounts';
import {
  generateToken,
  InboundInput,
  InvalidateInput,
  LoginInput,
  ModeInput,
  receive,
  reset,
  ResetInput,
  scriptLogin,
  setMode,
  TokenInput,
  unsend,
} from '../world/actions';
import { type Order } from '../callbacks/courier';
import { deliveryView, type DeliveryView } from '../callbacks/delivery';
import { CallbackInput } from '../callbacks/settings';
import {
  deauthorize,
  type DeletionAnswer,
  requestDeletion,
  SignedRequestInput,
} from '../callbacks/signed-requests';
import { type CallbackView, setCallbacks } from '../callbacks/webhooks';
import { CustomerInput, setCustomer, type CustomerView } from '../world/customers';
import { type Fault, FaultInput } from '../faults/faults';
import { ItemInput, sendItem } from '../world/items';
import { type LedgerRow } from '../usage/ledger';
import { type Account, type Mode } from '../world/state';
import { accountView, type AccountView, messageViews, type MessageView } from './views';
import { setUsage, UsageInput, type UsageView } from '../usage/usage';
import { type World } from '../world/world';

/** The controls of a sandbox. Accounts are named by professional account id or username; an unknown one throws. */
export interface SimulatorMethods {
  addAccount(input: AccountInput): AccountView;
  accounts(): AccountView[];
  account(name: string): AccountView;
  /** Kills the account's tokens so far; `subcode` (default 460) as their refusals carry it, `null` for none. */
  invalidate(
    name: string,
    subcode?: number | null,
    how?: Omit<z.input<typeof InvalidateInput>, 'subcode'>,
  ): void;
  /** Revives tokens that were invalidated with 459, 464, 465 or 490. */
  restore(name: string): void;
  /** A token without OAuth; long-lived, for reading and messaging, by default. */
  generateToken(name: string, input?: z.input<typeof TokenInput>): string;
  receive(name: string, message: z.input<typeof InboundInput>): MessageView;
  /** A customer does something else than writing a text. */
  sendItem(name: string, item: z.input<typeof ItemInput>): ReturnType<typeof sendItem>;
  /** The sender unsends a message. */
  unsend(name: string, messageId: string): MessageView;
  /** Both ways, oldest first. */
  messages(name: string): MessageView[];
  scriptLogin(input: z.input<typeof LoginInput>): void;
  addFault(fault: FaultInput): Fault;
  /** Those not yet used by a request. */
  faults(): Fault[];
  clearFaults(): void;
  setMode(mode: Partial<Mode>): Mode;
  /** Sets where callbacks go, after the handshake; addresses on this machine only. */
  setCallbacks(input: CallbackInput): Promise<CallbackView>;
  /** The owner removes the app; `null` where no address is set. */
  deauthorize(name: string, input?: z.input<typeof SignedRequestInput>): Promise<DeliveryView | null>;
  requestDeletion(
    name: string,
    input?: z.input<typeof SignedRequestInput>,
  ): Promise<{ delivery: DeliveryView; answer: DeletionAnswer | null }>;
  /** Deliveries to the app after a sequence number, oldest first. */
  deliveries(since?: number): DeliveryView[];
  /** The same bytes once more. */
  resend(seq: number): Promise<DeliveryView>;
  /** Sends held webhooks. */
  release(order?: Order): Promise<DeliveryView[]>;
  setAccount(name: string, input: z.input<typeof AccountSettings>): AccountView;
  /** The customer by id or username. */
  setCustomer(name: string, customer: string, input: z.input<typeof CustomerInput>): CustomerView;
  /** How much of the app's and of accounts' limits is used up. */
  setUsage(input: z.input<typeof UsageInput>): UsageView;
  /** The ledger after a sequence number, oldest first. */
  requests(since?: number): LedgerRow[];
  reset(input?: z.input<typeof ResetInput>): void;
}

export function createMethods(world: World): SimulatorMethods {
  const named = (name: string): Account => {
    const account = findAccount(world, name);
    if (!account) throw new Error(`the simulator has no account ${name}`);
    return account;
  };
  return {
    addAccount: (input) => accountView(world, addAccount(world, AccountInput.parse(input))),
    accounts: () => world.state.accounts.map((account) => accountView(world, account)),
    account: (name) => accountView(world, named(name)),
    invalidate: (name, subcode = 460, how = {}) =>
      invalidate(world, named(name), InvalidateInput.parse({ subcode, ...how })),
    restore: (name) => restore(world, named(name)),
    generateToken: (name, input = {}) => generateToken(world, named(name), TokenInput.parse(input)).value,
    receive: (name, message) => receive(world, named(name), InboundInput.parse(message)),
    sendItem: (name, item) => sendItem(world, named(name), ItemInput.parse(item)),
    unsend: (name, messageId) => {
      const message = unsend(world, named(name), messageId);
      if (!message) throw new Error(`the simulator's account ${name} has no message ${messageId}`);
      return message;
    },
    messages: (name) => messageViews(named(name)),
    scriptLogin: (input) => void scriptLogin(world, LoginInput.parse(input)),
    addFault: (fault) => world.faults.add(FaultInput.parse(fault)),
    faults: () => world.faults.list(),
    clearFaults: () => world.faults.clear(),
    setMode: (mode) => setMode(world, ModeInput.parse(mode)),
    setCallbacks: async (input) => setCallbacks(world, CallbackInput.parse(input)),
    deauthorize: async (name, input = {}) => deauthorize(world, named(name), SignedRequestInput.parse(input)),
    requestDeletion: async (name, input = {}) =>
      requestDeletion(world, named(name), SignedRequestInput.parse(input)),
    deliveries: (since = 0) => world.courier.since(since).map(deliveryView),
    resend: async (seq) => deliveryView(await world.courier.resend(seq)),
    release: async (order = 'oldest_first') => (await world.courier.release(order)).map(deliveryView),
    setAccount: (name, input) => {
      setAccount(world, named(name), AccountSettings.parse(input));
      return accountView(world, named(name));
    },
    setCustomer: (name, customer, input) => {
      const view = setCustomer(world, named(name), customer, CustomerInput.parse(input));
      if (!view) throw new Error(`the simulator's account ${name} has no customer ${customer}`);
      return view;
    },
    setUsage: (input) => setUsage(world, UsageInput.parse(input)),
    requests: (since = 0) => world.ledger.since({ seq: since }),
    reset: (input = {}) => reset(world, ResetInput.parse(input)),
  };
}
