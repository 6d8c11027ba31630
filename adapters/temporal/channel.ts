import {
  Channel,
  type ChannelCredentials,
  type ChannelInterface,
  type ChannelOptions,
  connectivityState,
} from '@grpc/grpc-js';
import { SECOND_MS } from '../../core/time';

/** What gRPC gives an attempt to connect. @see https://github.com/grpc/grpc/blob/master/doc/connection-backoff.md */
const CONNECTED_WITHIN_MS = 20 * SECOND_MS;
/** After attempts that failed, at most so many times as long. */
const MAX_FACTOR = 6;

/**
 * A channel that connects again when an attempt takes too long, which grpc-js does not limit: it would wait without end
 * for a server that accepts a connection and then says nothing, also after that server is back. Calls that wait meanwhile
 * fail as unavailable, which the SDK retries.
 */
export function channelThatReconnects(connectedWithinMs = CONNECTED_WITHIN_MS) {
  return (address: string, credentials: ChannelCredentials, options: ChannelOptions): ChannelInterface =>
    new ReconnectingChannel(
      // Channels of one process would share the very connection that hangs.
      () => new Channel(address, credentials, { ...options, 'grpc.use_local_subchannel_pool': 1 }),
      connectedWithinMs,
    );
}

class ReconnectingChannel implements ChannelInterface {
  private channel: ChannelInterface;
  private isWatched = false;
  /** Each attempt may take twice as long as the one before: grpc-js keeps a connection that hangs until it breaks. */
  private factor = 1;

  constructor(
    private readonly open: () => ChannelInterface,
    private readonly connectedWithinMs: number,
  ) {
    this.channel = open();
  }

  createCall(
    ...call: Parameters<ChannelInterface['createCall']>
  ): ReturnType<ChannelInterface['createCall']> {
    if (!this.isWatched) this.watch(this.channel);
    return this.channel.createCall(...call);
  }

  close(): void {
    this.channel.close();
  }

  getTarget(): string {
    return this.channel.getTarget();
  }

  getConnectivityState(tryToConnect: boolean): connectivityState {
    return this.channel.getConnectivityState(tryToConnect);
  }

  watchConnectivityState(...watch: Parameters<ChannelInterface['watchConnectivityState']>): void {
    this.channel.watchConnectivityState(...watch);
  }

  getChannelzRef(): ReturnType<ChannelInterface['getChannelzRef']> {
    return this.channel.getChannelzRef();
  }

  /** Until it is connected. */
  private watch(channel: ChannelInterface): void {
    const state = channel.getConnectivityState(false);
    if (state === connectivityState.READY) this.factor = 1;
    this.isWatched = state !== connectivityState.READY && state !== connectivityState.SHUTDOWN;
    if (!this.isWatched) return;
    const isConnecting = state === connectivityState.CONNECTING;
    const withinMs = this.factor * this.connectedWithinMs;
    const replacement = isConnecting ? setTimeout(() => this.replace(), withinMs).unref() : undefined;
    channel.watchConnectivityState(state, Infinity, () => {
      clearTimeout(replacement);
      if (channel === this.channel) this.watch(channel);
    });
  }

  private replace(): void {
    const former = this.channel;
    this.channel = this.open();
    this.isWatched = false;
    this.factor = Math.min(2 * this.factor, MAX_FACTOR);
    former.close();
  }
}
