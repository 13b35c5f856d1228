import { UnavailableError } from '../errors.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import { WaitingLine } from '../lib/waiting-line.ts';
import type { RequestLike } from '../request/request.ts';
import { systemClock } from '../runtime/clock.ts';
import type { ImportedKey, ParallelSignatures } from '../runtime/crypto-runtime.ts';

// The number bounds the memory of a flood. The time bounds what it costs a good token: its client learns when to retry
// while it still waits.
const lineOptions = { maxUrgent: 10_000, maxWait: 2, now: systemClock.monotonic, refuse: busyError };

const maxOfRequest = 16;

/** One signature to verify. */
export interface SignatureTask {
  /** The whole token: equal texts have equal signatures. */
  readonly token: string;
  readonly key: ImportedKey;
  /** The request that carries the token; undefined for one of many bare tokens. */
  readonly request: RequestLike | undefined;
  /** Verifies in the pool. */
  verify(): MaybePromise<boolean>;
}

interface Verification {
  readonly token: string;
  readonly key: ImportedKey;
  readonly isValid: Promise<boolean>;
}

/** The limits of a runtime. */
export interface PoolLimits {
  /** The number of signatures that may be in the pool at once, for those that are verified fast and for all others. */
  readonly maxParallel: ParallelSignatures;
  /** Whether one request may await the promise of another. */
  readonly sharesPromises: boolean;
}

/**
 * Verifies the signatures of a process off the calling thread. Equal tokens in flight are verified once, and so is a token
 * of one request, however often the request is authenticated. Signatures that exceed the limit wait outside of the pool.
 */
export class SignaturePool {
  readonly #inFlight: Map<string, Verification> = new Map();
  readonly #byRequest: WeakMap<object, Verification[]> = new WeakMap();
  #running = 0;
  #line: WaitingLine<boolean> | undefined;

  /** @throws UnavailableError with ERR_BUSY if too many signatures wait. May also reject with it. */
  verify(task: SignatureTask, limits: PoolLimits): MaybePromise<boolean> {
    const known = this.#find(task, limits);
    if (known !== undefined) return known.isValid;
    const { maxParallel, sharesPromises } = limits;
    const limit = task.key.isFast ? maxParallel.fast : maxParallel.slow;
    const isValid = this.#running < limit ? this.#start(task) : this.#wait(task, limit);
    if (!(isValid instanceof Promise)) return isValid;
    const { token, key, request } = task;
    const verification = { token, key, isValid };
    if (request?.identity !== undefined) this.#addToRequest(verification, request.identity);
    if (sharesPromises) this.#inFlight.set(token, verification);
    return isValid;
  }

  /** The number of signatures that wait for a place in the pool. */
  get waiting(): number {
    return this.#line?.length ?? 0;
  }

  // A result that is not a promise took no place.
  #start(task: SignatureTask): MaybePromise<boolean> {
    const isValid = task.verify();
    if (!(isValid instanceof Promise)) return isValid;
    this.#running += 1;
    const settle = (): void => {
      this.#running -= 1;
      this.#inFlight.delete(task.token);
      this.#startNext();
    };
    isValid.then(settle, settle);
    return isValid;
  }

  #wait(task: SignatureTask, limit: number): Promise<boolean> {
    this.#line ??= new WaitingLine(lineOptions);
    const isValid = this.#line.join({ limit, isUrgent: task.request !== undefined, start: () => this.#start(task) });
    isValid.then(
      () => this.#inFlight.delete(task.token),
      () => this.#forget(task),
    );
    return isValid;
  }

  #startNext(): void {
    let hasStarted = this.#line !== undefined;
    while (hasStarted) hasStarted = this.#line?.startNext(this.#running) === true;
  }

  #find({ token, key, request }: SignatureTask, { sharesPromises }: PoolLimits): Verification | undefined {
    const identity = request?.identity;
    const ofRequest = identity === undefined ? undefined : this.#byRequest.get(identity);
    const seen = ofRequest?.find((verification) => verification.key === key && verification.token === token);
    if (seen !== undefined || !sharesPromises) return seen;
    const flight = this.#inFlight.get(token);
    return flight?.key === key ? flight : undefined;
  }

  #addToRequest(verification: Verification, identity: object): void {
    const ofRequest = this.#byRequest.get(identity) ?? [];
    if (ofRequest.push(verification) === 1) this.#byRequest.set(identity, ofRequest);
    // An application may read one token after another from a long request.
    if (ofRequest.length > maxOfRequest) ofRequest.shift();
  }

  // It was not verified: the request may try again.
  #forget({ token, request }: SignatureTask): void {
    this.#inFlight.delete(token);
    if (request?.identity !== undefined) this.#byRequest.delete(request.identity);
  }
}

function busyError(): UnavailableError {
  return new UnavailableError('ERR_BUSY', 'Too many new tokens wait for the verification of their signatures');
}
