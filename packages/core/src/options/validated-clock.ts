import { ConfigurationError } from '../errors.ts';
import type { Clock } from '../runtime/clock.ts';

// The year 5138 in seconds, or 1973 in milliseconds.
const latestSecond = 100_000_000_000;

// Verifiers with the same clock share their issuers, so that each clock needs the same object every time.
const clocks = new WeakMap<Clock, ValidatedClock>();

/**
 * A clock of the application whose readings are finite numbers. While one is not, no token is accepted: every comparison
 * with it would be false, and an expired token or key would look valid.
 */
class ValidatedClock implements Clock {
  readonly #clock: Clock;
  #monotonic: number;
  #fault: ConfigurationError | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#monotonic = readSeconds(clock, 'monotonic');
    if (readSeconds(clock, 'now') > latestSecond) {
      throw new ConfigurationError('clock.now() must return seconds; this looks like milliseconds');
    }
  }

  now(): number {
    // Nothing else may read `monotonic` again: keys that are configured have no age.
    if (this.#fault !== undefined) this.monotonic();
    if (this.#fault !== undefined) throw this.#fault;
    return readSeconds(this.#clock, 'now');
  }

  // Timers and background fetches have no caller that an error could reach. Every acceptance of a token reads `now`.
  monotonic(): number {
    try {
      this.#monotonic = readSeconds(this.#clock, 'monotonic');
      this.#fault = undefined;
    } catch (error) {
      this.#fault = error as ConfigurationError;
    }
    return this.#monotonic;
  }
}

/**
 * Returns a clock that refuses readings of the given one that are not finite numbers: `now` throws a ConfigurationError
 * then, also after such a reading of `monotonic`.
 *
 * @throws ConfigurationError if a first reading is not a finite number, or not in seconds.
 */
export function validatedClock(clock: Clock): Clock {
  const known = clocks.get(clock);
  if (known !== undefined) return known;
  const validated = new ValidatedClock(clock);
  clocks.set(clock, validated);
  return validated;
}

function readSeconds(clock: Clock, name: keyof Clock): number {
  const seconds = readingOf(clock, name);
  if (Number.isFinite(seconds)) return seconds as number;
  throw new ConfigurationError(`clock.${name}() must return a finite number of seconds`);
}

function readingOf(clock: Clock, name: keyof Clock): unknown {
  try {
    return clock[name]();
  } catch (cause) {
    throw new ConfigurationError(`clock.${name}() must not throw`, { cause });
  }
}
