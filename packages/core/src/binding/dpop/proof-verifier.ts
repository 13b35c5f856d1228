import type { AcceptedAlgorithms } from '../../crypto/algorithms.ts';
import { encodeBinary } from '../../crypto/base64url.ts';
import { isAuthError, ProofError } from '../../errors.ts';
import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import type { ProofCounters } from '../../observability/stats.ts';
import type { RequestLike } from '../../request/request.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { CryptoRuntime, ImportedKey } from '../../runtime/crypto-runtime.ts';
import type { TelemetryRuntime } from '../../runtime/telemetry-runtime.ts';
import { type CompactJws, parseCompactJws, type VerifiedHeaders } from '../../token/compact-jws.ts';
import { countProof } from './count-proof.ts';
import { ProofClaimer } from './proof-claimer.ts';
import { type ProofClaims, readProofClaims } from './proof-claims.ts';
import { longestReplay, ProofFreshness } from './proof-freshness.ts';
import { readProof } from './proof-header.ts';
import { denyOtherKey, type ProofKey, readProofKey } from './proof-key.ts';
import { ProofKeys } from './proof-keys.ts';
import { type NonceList, nonceState, type ProofNonces } from './proof-nonces.ts';
import { urisOf } from './proof-target.ts';
import { ProofWarnings } from './proof-warnings.ts';
import type { ReplayClaims } from './replay-claims.ts';

/** The settings that a {@link ProofVerifier} has of its verifier. */
export interface ProofVerifierSettings {
  /** The accepted algorithms of proofs. */
  readonly algorithms: AcceptedAlgorithms;
  readonly clock: Clock;
  readonly runtime: CryptoRuntime & Pick<TelemetryRuntime, 'warn'>;
  readonly counters: ProofCounters;
}

/** The collaborators of a {@link ProofVerifier}. */
export interface ProofVerifierParts extends ProofVerifierSettings {
  /** Normalized, without a slash at the end. */
  readonly publicUrls: readonly string[];
  /** How far `iat` may be from now, either way, in seconds. */
  readonly window: number;
  /** Undefined if no nonces are required. */
  readonly nonces: { readonly source: ProofNonces; readonly rotation: number } | undefined;
  /** Undefined if proofs may be replayed. */
  readonly replay: ReplayClaims | undefined;
}

/** The token and the request target that a proof must be for. */
export interface ProofTask {
  /** The thumbprint of the key that the token is bound to. */
  readonly jkt: string;
  /** SHA-256 of the access token, in base64url. */
  readonly tokenHash: string;
}

/** The outcome of an accepted proof: the nonce that the client must use from now on, if it used an older one. */
export interface AcceptedProof {
  readonly nextNonce: string | undefined;
}

/** The key and the request of a proof. */
interface ProofSource {
  readonly jkt: string;
  readonly request: RequestLike;
}

const accepted: AcceptedProof = Object.freeze({ nextNonce: undefined });
// For as many periods a nonce is accepted at most: that of a process whose clock is ahead is accepted one period early.
const periodsOfNonce = 4;

/**
 * Verifies DPoP proofs (RFC 9449, section 4.3), cheap steps first: form, key, claims, signature, nonce or time, replay. The
 * key of a stranger is never imported, and a proof that is refused before the last step leaves no trace.
 */
export class ProofVerifier {
  readonly #parts: ProofVerifierParts;
  readonly #keys: ProofKeys;
  readonly #freshness: ProofFreshness;
  readonly #warnings: ProofWarnings;
  readonly #claimer: ProofClaimer | undefined;

  constructor(parts: ProofVerifierParts) {
    this.#parts = parts;
    this.#keys = new ProofKeys(parts.runtime);
    this.#claimer = parts.replay && new ProofClaimer(parts.replay);
    this.#freshness = new ProofFreshness(parts.window, parts.clock);
    this.#warnings = new ProofWarnings({ clock: parts.clock, warn: parts.runtime.warn });
  }

  /**
   * @throws ProofError if the proof is refused; TokenError with ERR_BINDING_MISMATCH if it is of another key;
   *   UnavailableError if the replay store fails. May also reject.
   */
  verify(request: RequestLike, task: ProofTask): MaybePromise<AcceptedProof> {
    return countProof(this.#parts.counters, () => this.#verify(request, task));
  }

  #verify(request: RequestLike, { jkt, tokenHash }: ProofTask): MaybePromise<AcceptedProof> {
    const { publicUrls, runtime } = this.#parts;
    const known = this.#keys.find(jkt);
    const jws = parseProof(readProof(request), runtime, known);
    const acceptKey = (key: ImportedKey | ProofKey): MaybePromise<AcceptedProof> => {
      const uris = urisOf(request, publicUrls);
      const claims = readProofClaims(jws.claims, { method: request.method, uris, tokenHash });
      const imported = isProofKey(key) ? this.#keys.import(key, jws, jkt) : key;
      return andThen(verifySignature(jws, imported), () => this.#acceptOnce(claims, { jkt, request }));
    };
    if (known?.get(jws.encodedHeader) !== undefined) return acceptKey(known.imported);
    return andThen(this.#readKey(jws, jkt), acceptKey);
  }

  #readKey({ header }: CompactJws, jkt: string): MaybePromise<ProofKey> {
    const { algorithms, runtime } = this.#parts;
    const key = readProofKey(header, algorithms, runtime);
    return andThen(denyOtherKey(key, jkt, runtime), (denied) => {
      if (denied !== undefined) throw denied;
      return key;
    });
  }

  #acceptOnce(claims: ProofClaims, source: ProofSource): MaybePromise<AcceptedProof> {
    const { nonces } = this.#parts;
    if (nonces !== undefined) {
      return andThen(nonces.source.list(), (list) => {
        const nextNonce = this.#nextNonce(claims, list);
        return andThen(this.#claim(claims, source, periodsOfNonce * nonces.rotation), () => ({ nextNonce }));
      });
    }
    const isFresh = this.#freshness.isFresh(claims.iat);
    this.#warnings.observe(isFresh ? undefined : 'time');
    if (!isFresh) {
      throw new ProofError('ERR_PROOF_TIME', 'The proof is too old or too new', { claim: 'iat', reason: 'mismatch' });
    }
    return andThen(this.#claim(claims, source, this.#freshness.replayTime(claims.iat)), () => accepted);
  }

  #nextNonce({ nonce }: ProofClaims, list: NonceList): string | undefined {
    const state = nonce === undefined ? 'unknown' : nonceState(nonce, list);
    this.#warnings.observe(nonce !== undefined && state === 'unknown' ? 'nonce' : undefined);
    if (state === 'unknown') throw nonceFault(nonce, list.current);
    return state === 'current' ? undefined : list.current;
  }

  #claim({ jti }: ProofClaims, { jkt, request }: ProofSource, seconds: number): MaybePromise<void> {
    const claimer = this.#claimer;
    if (claimer === undefined) return;
    // The digest is one of ASCII text; a lone surrogate has no encoding.
    return andThen(this.#parts.runtime.digest(`${jkt}.${encodeURIComponent(jti.toWellFormed())}`), (digest) =>
      claimer.claim(encodeBinary(digest), seconds, request.identity),
    );
  }
}

function isProofKey(key: ImportedKey | ProofKey): key is ProofKey {
  return Object.hasOwn(key, 'jwk');
}

function parseProof(proof: string, runtime: CryptoRuntime, known: VerifiedHeaders | undefined): CompactJws {
  try {
    return parseCompactJws(proof, runtime, known);
  } catch (error) {
    const code = isAuthError(error) && error.code === 'ERR_ALG_NOT_ALLOWED' ? 'ERR_PROOF_ALG' : 'ERR_PROOF_MALFORMED';
    throw new ProofError(code, 'The proof is not a signed JWT of the accepted form');
  }
}

function verifySignature(jws: CompactJws, key: MaybePromise<ImportedKey>): MaybePromise<void> {
  return andThen(key, (imported) =>
    andThen(imported.verify(jws.signingInput, jws.signature), (isValid) => {
      if (!isValid) throw new ProofError('ERR_PROOF_SIGNATURE', 'The signature of the proof is invalid');
    }),
  );
}

function nonceFault(sent: string | undefined, current: string): ProofError {
  const message = sent === undefined ? 'The proof has no nonce' : 'The nonce of the proof is not accepted any more';
  return new ProofError('ERR_PROOF_NONCE', message, { claim: 'nonce', nonce: current });
}

/** The longest time that the identifier of a proof is remembered, in seconds. */
export function longestMemory(window: number, rotation: number | undefined): number {
  // A wall clock that is set back makes nonces current again: by ten minutes, no proof is accepted twice.
  return rotation === undefined ? longestReplay(window) : periodsOfNonce * rotation + 600;
}
