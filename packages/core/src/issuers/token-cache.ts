import { LRUCache } from 'lru-cache';
import type { Algorithm } from '../crypto/algorithms.ts';
import type { KeySet, PublishedKey } from '../keys/key-set.ts';
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

/** How the cache has done so far. */
interface TokenCacheStats {
  readonly entries: number;
  readonly maxEntries: number;
}

/** The proven tokens of a process by the digest of their text, least recently used. No token is kept. */
export interface TokenCache {
  get(digest: string): VerifiedJws | undefined;
  set(digest: string, proven: VerifiedJws): void;
  delete(digest: string): void;
  /** Forgets the tokens of one owner. */
  clear(owner: object): void;
  /** Makes room for so many tokens; what was kept stays. */
  reserve(maxEntries: number): void;
  stats(): TokenCacheStats;
}

/** Makes a cache that keeps nothing until room is reserved. */
export function createTokenCache(): TokenCache {
  let capacity = 0;
  let tokens: LRUCache<string, VerifiedJws> | undefined;
  return {
    get: (digest) => tokens?.get(digest),
    set: (digest, proven) => void tokens?.set(digest, proven),
    delete: (digest) => void tokens?.delete(digest),
    clear(owner) {
      for (const [digest, proven] of tokens?.entries() ?? []) {
        if (proven.owner === owner) tokens?.delete(digest);
      }
    },
    reserve(maxEntries) {
      if (maxEntries <= capacity) return;
      const kept = tokens?.dump() ?? [];
      capacity = maxEntries;
      tokens = new LRUCache({ max: maxEntries });
      tokens.load(kept);
    },
    stats: () => ({ entries: tokens?.size ?? 0, maxEntries: capacity }),
  };
}
