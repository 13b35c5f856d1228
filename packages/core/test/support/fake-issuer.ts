import type { FetchLike, JSONWebKeySet } from '../../src/index.ts';
import { audience, issuer as defaultIssuer } from './sign-token.ts';
import { keySetOf, type TestKey } from './test-key.ts';

/** Answers a request for a URL. */
export type Respond = (url: string) => Response | Promise<Response>;

/** Verifier options that reach a {@link FakeIssuer}; they configure no clock. */
export interface FakeIssuerOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly http: { readonly fetch: FetchLike };
}

/**
 * An issuer in memory: a `fetch` without a socket that serves its metadata and its key set.
 *
 * Every answer is deterministic, and every requested URL is recorded. A test that needs a broken connection, a slow
 * body or TLS uses the fault server of `@verifier/test-issuer` instead.
 */
export class FakeIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
  /** The URLs that were requested, in order. */
  readonly requests: string[] = [];
  /** The headers of every successful answer, such as `cache-control`. */
  headers: Record<string, string> = {};
  readonly #documents: Map<string, unknown> = new Map();
  #respond: Respond | undefined;
  #open: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(keys: readonly TestKey[] = [], issuer: string = defaultIssuer) {
    this.issuer = issuer;
    this.jwksUri = `${issuer}/keys`;
    this.#open.resolve();
    this.serve(`${issuer}/.well-known/openid-configuration`, { issuer, jwks_uri: this.jwksUri });
    this.publish(keySetOf(...keys));
  }

  /** Options of a verifier of this issuer, to spread into its options. */
  get options(): FakeIssuerOptions {
    return { issuer: this.issuer, audience, http: { fetch: this.fetch } };
  }

  /** The `http.fetch` of a verifier. Rejects if the verifier aborts the request. */
  readonly fetch: FetchLike = async (url, { signal }) => {
    this.requests.push(url);
    await Promise.race([this.#open.promise, aborted(signal)]);
    return this.#respond === undefined ? this.documentAt(url) : this.#respond(url);
  };

  /** Replaces the key set. */
  publish(keySet: JSONWebKeySet): void {
    this.serve(this.jwksUri, keySet);
  }

  /** Serves a JSON document at a URL. */
  serve(url: string, document: unknown): void {
    this.#documents.set(url, document);
  }

  /** Answers every request with an HTTP status, or with a network error, until {@link heal} is called. */
  fail(fault: number | Error): void {
    this.respondWith(() => {
      if (fault instanceof Error) throw fault;
      return new Response('', { status: fault });
    });
  }

  /** Answers every request with the result of a function, until {@link heal} is called. */
  respondWith(respond: Respond): void {
    this.#respond = respond;
  }

  /** Serves the documents again. */
  heal(): void {
    this.#respond = undefined;
  }

  /** Delays every answer until {@link resume} is called. */
  pause(): void {
    this.#open = Promise.withResolvers();
  }

  resume(): void {
    this.#open.resolve();
  }

  /** Returns the answer of a healthy issuer: the document at this URL, or 404. */
  documentAt(url: string): Response {
    const document = this.#documents.get(url);
    if (document === undefined) return Response.json({ error: 'not_found' }, { status: 404 });
    return Response.json(document, { headers: this.headers });
  }
}

function aborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });
}
