import type { TracedAuthentication } from '@verifier/core';
import { onAuthentication } from './channels.ts';

// A property of the operation itself, which is cheaper than a map.
const startedAt: unique symbol = Symbol('startedAt');

type Timed = TracedAuthentication & { [startedAt]?: number };

const measuredPerSecond = 1000;

/**
 * Measures authentications: the first 1,000 of each second. It does not listen to the others, because that would add a
 * fifth to the authentication of a cached token.
 */
export class AuthenticationTimer {
  readonly #measured: (authentication: TracedAuthentication, seconds: number) => void;
  readonly #interval: ReturnType<typeof setInterval> = setInterval(() => this.#listen(), 1000);
  #left = 0;
  #inFlight = 0;
  #unsubscribe: (() => void) | undefined;

  constructor(measured: (authentication: TracedAuthentication, seconds: number) => void) {
    this.#measured = measured;
    // Timers of web runtimes are numbers.
    (this.#interval as Partial<NodeJS.Timeout>).unref?.();
    this.#listen();
  }

  /** Ends the measurements. */
  close(): void {
    clearInterval(this.#interval);
    this.#ignore();
  }

  #listen(): void {
    this.#left = measuredPerSecond;
    this.#unsubscribe ??= onAuthentication({ started: this.#started, ended: this.#ended });
  }

  #ignore(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  readonly #started = (authentication: Timed): void => {
    if (this.#left === 0) return;
    this.#left -= 1;
    this.#inFlight += 1;
    authentication[startedAt] = performance.now();
  };

  readonly #ended = (authentication: Timed): void => {
    const { [startedAt]: started } = authentication;
    if (started === undefined) return;
    this.#inFlight -= 1;
    this.#measured(authentication, (performance.now() - started) / 1000);
    // Slow ones are measured to their end.
    if (this.#left === 0 && this.#inFlight === 0) this.#ignore();
  };
}
