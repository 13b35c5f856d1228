import type { Clock } from './options.ts';

/** The clocks of the runtime. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now() / 1000,
  monotonic: () => performance.now() / 1000,
});
