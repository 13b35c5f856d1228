import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { serve } from '../process/role.ts';
import type { Target } from '../tokens/token-file.ts';
import { type ObservedName, observed } from './observed-servers.ts';

/** Event loop delay in milliseconds. */
export interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Commands of the process of an observed server. */
export type ObservedCommands = {
  listen: {
    input: { readonly name: ObservedName; readonly target: Target; readonly refreshing: boolean };
    output: number;
  };
  startObserving: { input: undefined; output: undefined };
  stopObserving: { input: undefined; output: LoopDelay };
};

/** Runs a server and measures its event loop. */
export function runObservedRole(): void {
  let histogram: IntervalHistogram | undefined;
  serve<ObservedCommands>({
    listen: async ({ name, target, refreshing }) => observed[name].listen(target, refreshing),
    startObserving: () => {
      histogram = monitorEventLoopDelay({ resolution: 1 });
      histogram.enable();
    },
    stopObserving: () => {
      histogram?.disable();
      const at = (percent: number): number => (histogram?.percentile(percent) ?? 0) / 1e6;
      return { p50: at(50), p99: at(99), max: (histogram?.max ?? 0) / 1e6 };
    },
  });
}
