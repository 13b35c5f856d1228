import { ConfigurationError } from '../errors.ts';
import type { JSONWebKeySet } from '../keys/jwk.ts';
import { KeySet } from '../keys/key-set.ts';
import type { KeySource, KeyStats } from '../keys/key-source.ts';
import { MetadataSource } from '../keys/metadata-source.ts';
import { RemoteKeySource } from '../keys/remote-key-source.ts';
import { requestKeySet } from '../keys/request-key-set.ts';
import { StaticKeySource } from '../keys/static-key-source.ts';
import { EventGate } from '../observability/event-gate.ts';
import type { DocumentName, EventListener } from '../observability/events.ts';
import { KeySetLog } from '../observability/key-set-log.ts';
import type { ResolvedIssuer } from '../options/resolve-issuer.ts';
import type { ResolvedHttp, ResolvedKeyCache } from '../options/resolve-options.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { documentKey } from '../store/document-store.ts';
import { MemoryDocumentStore } from '../store/memory-document-store.ts';
import { LeasedDocumentClient, type SharedClient } from './leased-document-client.ts';
import { TracedDocumentClient } from './traced-document-client.ts';

/** The options of an entry: everything that decides how documents are fetched, and nothing of the token policy. */
export interface EntryOptions {
  readonly source: Pick<ResolvedIssuer, 'issuer' | 'metadataUri' | 'jwksUri' | 'jwks'>;
  readonly http: ResolvedHttp;
  readonly keyCache: ResolvedKeyCache;
  readonly clock: Clock;
}

/** The part of an issuer that all its verifiers share: metadata, keys, and the listeners of their events. */
export class IssuerEntry {
  readonly issuer: string;
  readonly metadata: MetadataSource;
  readonly keys: KeySource;
  /** Whether the metadata name the URL of the keys. */
  readonly #isDiscovered: boolean;
  readonly #runtime: Runtime;
  readonly #documents: LeasedDocumentClient;
  readonly #gate: EventGate;
  readonly #listeners: Set<EventListener> = new Set();
  #isSkewReported = false;

  /**
   * Fetches nothing until metadata or a key is needed.
   *
   * @throws ConfigurationError if the configured key set has no usable key.
   */
  constructor(options: EntryOptions, client: SharedClient, runtime: Runtime) {
    const { issuer, metadataUri, jwksUri, jwks } = options.source;
    const { http, keyCache, clock } = options;
    const gate = new EventGate(this.#publish, runtime);
    const log = new KeySetLog(issuer, gate.publish, gate.output);
    const documents = new LeasedDocumentClient(client, http, clock);
    const channel = runtime.tracingChannel('@verifier/core:fetch');
    const traced = (document: DocumentName): TracedDocumentClient =>
      new TracedDocumentClient({ documents, channel, document, issuer: () => (gate.isOpen ? issuer : undefined) });
    const shared = { store: new MemoryDocumentStore(), clock, random: Math.random };
    const metadata = new MetadataSource({
      ...shared,
      documents: traced('metadata'),
      issuer,
      metadataUri,
      timeout: http.timeout,
      insecureOrigins: http.dangerouslyAllowInsecure,
      storeKey: documentKey(issuer, metadataUri, 'metadata'),
      listener: log.metadata,
      sharesPromises: runtime.sharesPromises,
      // Several URLs, together within the time limit of one exchange.
      longestFetch: http.timeout + 1,
    });
    const keySets = traced('keys');
    const remoteKeys = (): KeySource =>
      new RemoteKeySource({
        ...shared,
        request: (cached, signal) => requestKeySet({ jwksUri, metadata, documents: keySets }, cached, signal),
        settings: keyCache,
        storeKey: documentKey(issuer, jwksUri ?? metadataUri, 'keys'),
        listener: log,
        runtime,
        // The key set at its old URL, the metadata, and the key set at its new URL.
        longestFetch: 3 * http.timeout + 1,
      });
    this.issuer = issuer;
    this.#isDiscovered = jwks === undefined && jwksUri === undefined;
    this.#runtime = runtime;
    this.#gate = gate;
    this.#documents = documents;
    this.metadata = metadata;
    this.keys = jwks === undefined ? remoteKeys() : staticKeys(jwks, runtime);
  }

  /** Subscribes to the events of the issuer's documents. Returns the function that ends the subscription. */
  subscribe(listener: EventListener): () => void {
    // A function of its own, so that two subscriptions of one listener end separately.
    const subscribed: EventListener = (event) => listener(event);
    this.#listeners.add(subscribed);
    return () => this.#listeners.delete(subscribed);
  }

  /** Publishes events and warnings from now on, and the events so far: the issuer is configured, or signed a token. */
  confirm(): void {
    this.#gate.open();
  }

  /** Warns the operator, once, of a clock difference between issuer and verifier. */
  suspectClockSkew(): void {
    if (this.#isSkewReported) return;
    this.#isSkewReported = true;
    this.#runtime.warn(
      `Tokens of ${this.issuer} are not valid yet when they arrive: compare the clocks`,
      'VERIFIER_CLOCK_SKEW',
    );
  }

  stats(): KeyStats {
    return { ...this.keys.stats(), metadata: this.#isDiscovered ? this.metadata.stats() : null };
  }

  /** Discards everything that was fetched, and aborts fetches in flight. */
  clear(): void {
    this.keys.clear();
    this.metadata.clear();
  }

  /** Stops refreshing in the background. Requests in flight are still answered. */
  retire(): void {
    this.keys.retire();
  }

  /** Ends everything, and waits for the end of the exchanges in flight. Later requests fail with ERR_CLOSED. */
  async close(): Promise<void> {
    this.keys.close();
    this.metadata.close();
    await this.#documents.settled();
  }

  readonly #publish: EventListener = (event) => {
    this.#runtime.trace(event);
    for (const listener of this.#listeners) listener(event);
  };
}

function staticKeys(jwks: JSONWebKeySet, runtime: Runtime): KeySource {
  const keySet = new KeySet(jwks.keys, runtime);
  if (keySet.keys.length > 0) return new StaticKeySource(keySet);
  throw new ConfigurationError(
    'jwks contains no key that can verify a signature: RSA of 2048 to 8192 bits, EC, Ed25519',
  );
}
