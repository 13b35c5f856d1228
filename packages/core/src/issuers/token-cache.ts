import { LRUCache } from 'lru-cache';
import type { Algorithm } from '../crypto/algorithms.ts';
import type { KeySet } from '../keys/key-set.ts';
import type { PublishedKey } from '../keys/published-key.ts';
import { copyOptions } from '../lib/copy-options.ts';
import type { UnverifiedClaims } from '../token/compact-jws.ts';
import type { JwsHeader, TokenFacts } from '../token/verified-token.ts';

/** The claims of a token as one policy accepted them, apart from the times. Valid for that policy only, which never changes. */
export interface AcceptedClaims extends TokenFacts {
  readonly policy: object;
  /** The last key set that selected the key of the token under that policy. A set never changes. */
  keySet: KeySet | undefined;
}

/** A JWS with a valid signature, and the key that verified it. Nothing in it depends on the time. */
export interface VerifiedJws {
  /** The issuer's entry in the process core, compared by identity. */
  readonly owner: object;
  readonly key: PublishedKey;
  readonly algorithm: Algorithm;
  readonly header: JwsHeader;
  readonly claims: UnverifiedClaims;
  /** The claims as the last policy accepted them; undefined before the first one. */
  accepted: AcceptedClaims | undefined;
}

interface TokenCacheStats {
  readonly entries: number;
  readonly maxEntries: number;
}

/**
 * The verified tokens of a process by the digest of their text; evicts the least recently used one. Stores no token.
 * Caches nothing until {@link TokenCache.reserve} is called.
 */
export class TokenCache {
  #tokens: LRUCache<string, VerifiedJws> | undefined;
  #capacity = 0;
  /** The digests of each owner's tokens, so that clearing one owner does not visit the tokens of all others. */
  readonly #digests: WeakMap<object, Set<string>> = new WeakMap();

  get(digest: string): VerifiedJws | undefined {
    return this.#tokens?.get(digest);
  }

  set(digest: string, jws: VerifiedJws): void {
    if (this.#tokens === undefined) return;
    this.#tokens.set(digest, jws);
    const digests = this.#digests.get(jws.owner);
    if (digests === undefined) this.#digests.set(jws.owner, new Set([digest]));
    else digests.add(digest);
  }

  delete(digest: string): void {
    this.#tokens?.delete(digest);
  }

  /** Removes the tokens of one owner. */
  clear(owner: object): void {
    for (const digest of this.#digests.get(owner) ?? []) this.#tokens?.delete(digest);
  }

  /** Raises the capacity to the given number of tokens, and keeps the cached ones. Never lowers it. */
  reserve(maxEntries: number): void {
    if (maxEntries <= this.#capacity) return;
    const cached = this.#tokens?.dump() ?? [];
    this.#capacity = maxEntries;
    const limits: LRUCache.Options<string, VerifiedJws, unknown> = {
      max: maxEntries,
      dispose: ({ owner }, digest) => this.#digests.get(owner)?.delete(digest),
    };
    this.#tokens = new LRUCache(copyOptions(limits));
    this.#tokens.load(cached);
  }

  stats(): TokenCacheStats {
    return { entries: this.#tokens?.size ?? 0, maxEntries: this.#capacity };
  }
}
