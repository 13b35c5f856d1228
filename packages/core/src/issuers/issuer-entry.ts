import { ConfigurationError } from '../errors.ts';
import { createDocumentSource } from '../keys/document-source.ts';
import type { JSONWebKeySet } from '../keys/jwk.ts';
import { createKeySet } from '../keys/key-set.ts';
import type { KeySource } from '../keys/key-source.ts';
import { createRemoteKeySource } from '../keys/remote-key-source.ts';
import { createStaticKeySource } from '../keys/static-key-source.ts';
import type { EventListener } from '../observability/events.ts';
import { KeySetLog } from '../observability/key-set-log.ts';
import type { ResolvedIssuer } from '../options/resolve-issuer.ts';
import type { ResolvedHttp, ResolvedKeyCache } from '../options/resolve-options.ts';
import type { Clock } from '../runtime/clock.ts';
import type { HttpClient, Runtime } from '../runtime/runtime.ts';

/** What all verifiers of one issuer share: its keys, and who is told about them. */
export interface IssuerEntry {
  readonly issuer: string;
  readonly keys: KeySource;
  /** @returns How to end it. */
  subscribe(listener: EventListener): () => void;
  /** Tells the operator, once, that the clocks of issuer and verifier seem to differ. */
  suspectClockSkew(): void;
}

/** What an entry is made from: all that decides how the documents are fetched, and no policy. */
export interface EntryOptions {
  readonly source: Pick<ResolvedIssuer, 'issuer' | 'jwksUri' | 'jwks'>;
  readonly http: ResolvedHttp;
  readonly keyCache: ResolvedKeyCache;
  readonly clock: Clock;
}

/**
 * Makes the entry of an issuer. Nothing is fetched until a key is needed.
 *
 * @throws ConfigurationError where the keys were given and none of them is usable.
 */
export function createIssuerEntry(options: EntryOptions, client: HttpClient, runtime: Runtime): IssuerEntry {
  const { issuer, jwks } = options.source;
  const listeners = new Set<EventListener>();
  const publish: EventListener = (event) => {
    runtime.trace(event);
    for (const listener of listeners) listener(event);
  };
  let isSkewKnown = false;
  return {
    issuer,
    keys: jwks === undefined ? remoteKeys(options, publish, client, runtime) : staticKeys(jwks, runtime),
    subscribe(listener) {
      // One subscription more, even of a listener that is subscribed already: each ends by itself.
      const subscribed: EventListener = (event) => listener(event);
      listeners.add(subscribed);
      return () => listeners.delete(subscribed);
    },
    suspectClockSkew() {
      if (isSkewKnown) return;
      isSkewKnown = true;
      runtime.warn(`Tokens of ${issuer} are not valid yet when they arrive: compare the clocks`, 'VERIFIER_CLOCK_SKEW');
    },
  };
}

function staticKeys(jwks: JSONWebKeySet, runtime: Runtime): KeySource {
  const set = createKeySet(jwks.keys, runtime);
  if (set.keys.length > 0) return createStaticKeySource(set);
  throw new ConfigurationError(
    'jwks contains no key that can verify a signature: RSA of 2048 bits or more, EC, Ed25519',
  );
}

function remoteKeys(options: EntryOptions, publish: EventListener, client: HttpClient, runtime: Runtime): KeySource {
  const { source, http, keyCache, clock } = options;
  const log = new KeySetLog(source.issuer, publish, runtime);
  const documents = createDocumentSource({
    issuer: source.issuer,
    jwksUri: source.jwksUri,
    settings: http,
    insecureOrigins: http.dangerouslyAllowInsecure,
    client,
    clock,
    sharesPromises: runtime.sharesPromises,
    random: Math.random,
    onMetadata: (outcome) => log.metadata(outcome),
  });
  return createRemoteKeySource({
    source: documents,
    policy: keyCache,
    clock,
    random: Math.random,
    runtime,
    observer: log,
    // Metadata at two places, and the key set at two: each within the time for one exchange.
    longestFetch: 4 * http.timeout + 1,
  });
}
