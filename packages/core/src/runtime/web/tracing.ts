import type { TracingChannel } from '../tracing-channel.ts';

interface DiagnosticsModule {
  readonly tracingChannel?: (name: string) => Omit<TracingChannel, 'hasSubscribers'>;
}

interface Globals {
  readonly process?: { readonly getBuiltinModule?: (id: string) => DiagnosticsModule | undefined };
}

/** The tracing channel of a name; undefined if the runtime does not have the module `diagnostics_channel`. */
export function tracingChannelOf(name: string): TracingChannel | undefined {
  const { process } = globalThis as unknown as Globals;
  try {
    // An import would fail where the module is absent. Bundles must not contain a name with the prefix of Node.js.
    const channel = process?.getBuiltinModule?.('diagnostics_channel')?.tracingChannel?.(name);
    return typeof channel?.start.runStores === 'function' ? withSubscribers(channel) : undefined;
  } catch {
    return undefined;
  }
}

// Not every runtime has the member.
function withSubscribers(channel: Omit<TracingChannel, 'hasSubscribers'>): TracingChannel {
  const { start, end, asyncStart, asyncEnd, error } = channel;
  const channels = [start, end, asyncStart, asyncEnd, error];
  return {
    start,
    end,
    asyncStart,
    asyncEnd,
    error,
    get hasSubscribers() {
      return channels.some((each) => each.hasSubscribers);
    },
  };
}
