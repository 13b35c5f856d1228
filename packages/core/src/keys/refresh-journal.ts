import type { UnavailableError } from '../errors.ts';
import type { KeySetListener } from './key-set-listener.ts';

/** What became of the fetches of a key set, and whether the issuer is out of reach: for stats, and for who watches. */
export class RefreshJournal {
  readonly #observer: KeySetListener;
  #refreshes = 0;
  #failures = 0;
  #lastError: UnavailableError | undefined;
  #outageSince: number | undefined;

  constructor(observer: KeySetListener) {
    this.#observer = observer;
  }

  get refreshes(): number {
    return this.#refreshes;
  }

  get failures(): number {
    return this.#failures;
  }

  /** Why the last fetch failed; undefined where it did not. */
  get lastError(): UnavailableError | undefined {
    return this.#lastError;
  }

  succeeded(now: number, startedAt: number): void {
    this.#refreshes += 1;
    this.#lastError = undefined;
    this.#observer.refreshed(now - startedAt);
    if (this.#outageSince === undefined) return;
    this.#observer.outageLeft(now - this.#outageSince);
    this.#outageSince = undefined;
  }

  /** @param inARow - How many fetches failed since the last good one. */
  failed(error: UnavailableError, inARow: number, seconds: number): void {
    this.#failures += 1;
    this.#lastError = error;
    this.#observer.failed(error, inARow, seconds);
  }

  /** The set in use, if there is one, is beyond its life, and the last fetch failed. Told once. */
  outage(now: number): void {
    if (this.#outageSince !== undefined || this.#lastError === undefined) return;
    this.#outageSince = now;
    this.#observer.outageEntered(this.#lastError);
  }
}
