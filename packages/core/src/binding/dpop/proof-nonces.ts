import { encodeBase64url } from '../../crypto/base64url.ts';
import { isSameText } from '../../crypto/same-text.ts';
import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { CryptoRuntime } from '../../runtime/crypto-runtime.ts';

/** Whether a nonce is the current one, an accepted other one, or neither. */
export type NonceState = 'current' | 'accepted' | 'unknown';

/** The nonces of one period. */
export interface NonceList {
  /** The nonce to send. */
  readonly current: string;
  /** The other nonces to accept. */
  readonly others: readonly string[];
}

/** The collaborators of {@link ProofNonces}. */
export interface ProofNoncesParts {
  /** The first one creates nonces; those of all are accepted. */
  readonly secrets: readonly Uint8Array[];
  /** The life of a nonce as the current one, in seconds. */
  readonly rotation: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly runtime: Pick<CryptoRuntime, 'hmac'>;
}

const text = new TextEncoder();
const keyInfo = text.encode('dpop-nonce\u0001');
const label = text.encode('verifier dpop nonce v1');
const noSalt = new Uint8Array(32);
// Processes whose clocks differ by one period agree, and a client may use a nonce for two more.
const periods = [0, -2, -1, 1];
const nonceLength = 22;

/**
 * Nonces that every process with the same secret computes alike, without storing any (RFC 9449, sections 8 and 9). A nonce
 * shows that a proof is recent, and not who sent it.
 */
export class ProofNonces {
  readonly #parts: ProofNoncesParts;
  #keys: MaybePromise<readonly Uint8Array[]> | undefined;
  #period: number | undefined;
  #list: NonceList | undefined;

  constructor(parts: ProofNoncesParts) {
    this.#parts = parts;
  }

  /** The nonces of the present period; computed once for each. */
  list(): MaybePromise<NonceList> {
    const { clock, rotation } = this.#parts;
    const period = Math.floor(clock.now() / rotation);
    if (this.#list !== undefined && this.#period === period) return this.#list;
    return andThen(this.#compute(period), (list) => {
      this.#period = period;
      this.#list = list;
      return list;
    });
  }

  #compute(period: number): MaybePromise<NonceList> {
    return andThen(this.#deriveKeys(), (keys) =>
      andThen(
        all(keys.flatMap((key) => periods.map((offset) => this.#nonce(key, period + offset)))),
        ([current = '', ...others]) => ({ current, others }),
      ),
    );
  }

  // A promise is not kept: on Workers, another request must not await it.
  #deriveKeys(): MaybePromise<readonly Uint8Array[]> {
    if (this.#keys !== undefined) return this.#keys;
    const keys = all(this.#parts.secrets.map((secret) => this.#deriveKey(secret)));
    return andThen(keys, (derived) => {
      this.#keys = derived;
      return derived;
    });
  }

  // HKDF with SHA-256 (RFC 5869) for one block of output.
  #deriveKey(secret: Uint8Array): MaybePromise<Uint8Array> {
    const { runtime } = this.#parts;
    return andThen(runtime.hmac(noSalt, secret), (extracted) => runtime.hmac(extracted, keyInfo));
  }

  #nonce(key: Uint8Array, period: number): MaybePromise<string> {
    const message = new Uint8Array(label.length + 8);
    message.set(label);
    new DataView(message.buffer).setBigUint64(label.length, BigInt(Math.max(0, period)));
    return andThen(this.#parts.runtime.hmac(key, message), (mac) => encodeBase64url(mac).slice(0, nonceLength));
  }
}

/** Compares a nonce with those of the present period. The time does not depend on its characters. */
export function nonceState(nonce: string, { current, others }: NonceList): NonceState {
  if (isSameText(current, nonce)) return 'current';
  return others.filter((other) => isSameText(other, nonce)).length > 0 ? 'accepted' : 'unknown';
}

function all<TValue>(values: readonly MaybePromise<TValue>[]): MaybePromise<readonly TValue[]> {
  const isSync = values.every((value): value is TValue => !(value instanceof Promise));
  return isSync ? values : Promise.all(values);
}
