/** The clock of a verifier. While one of its times is not a finite number, no token is accepted. */
export interface Clock {
  /** Epoch seconds, compared with `exp`, `nbf` and `iat`. */
  now(): number;
  /** Seconds since a fixed moment, never set back; measures the age of keys. */
  monotonic(): number;
}

/** The clocks of the runtime. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now() / 1000,
  monotonic: () => performance.now() / 1000,
});
