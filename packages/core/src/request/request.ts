import { ConfigurationError } from '../errors.ts';

/** The part of a request that a verifier reads. Adapters convert the request of their framework to it. */
export interface RequestLike {
  /** The HTTP method as sent. */
  readonly method: string;
  /** Computes the absolute URL of the request. Verifying a bearer token does not need it. */
  url(): string;
  /**
   * Returns the request target as sent (RFC 9112, section 3.2): a path with its query, or an absolute URL. The host of
   * `url()` comes from the client, which must not decide the URL of a DPoP proof or of the resource.
   */
  target?(): string;
  /** Returns every value of a header in the order received; empty if it was not sent. The name is case-insensitive. */
  header(name: string): readonly string[];
  /**
   * An object that identifies the request: the same in each `RequestLike` of one request. A signature is then verified
   * once for the request, however many guards authenticate it.
   */
  readonly identity?: object | undefined;
  /** The connection that carries the request: the same object for all of its requests. Only `mtls` needs it. */
  readonly connection?: ClientConnection | undefined;
  /** Keeps a Fetch-style runtime alive for work that outlives the response (`ctx.waitUntil` on Workers). */
  waitUntil?(work: Promise<unknown>): void;
}

/** The part of a socket of Node.js, or of `request.cf` on Workers, that is read. */
export interface ClientConnection {
  /** The address of the client, or of the proxy in front of this server. */
  readonly remoteAddress?: string | undefined;
  /** Whether the connection is one of TLS. */
  readonly encrypted?: boolean | undefined;
  /** The certificate of the client (Node.js); undefined if it sent none. */
  getPeerX509Certificate?(): { readonly raw: Uint8Array } | undefined;
  /** The verdict of Workers on the certificate of the client. */
  readonly tlsClientAuth?:
    | { readonly certPresented?: string; readonly certVerified?: string; readonly certFingerprintSHA256?: string }
    | undefined;
}

/** The headers of a Node.js request by their names in lower case. Middleware may have set or deleted some of them. */
export interface NodeHeaders {
  readonly [name: string]: string | readonly string[] | undefined;
}

/**
 * The part of `http.IncomingMessage` that is read. Express, Fastify (`request.raw`), Nest and Koa (`ctx.req`) provide it,
 * and so do requests that no server received: those of Lambda adapters, `inject` and mocks.
 */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Set by Express, which shortens `url` inside a router. Preferred to `url`. */
  readonly originalUrl?: string | undefined;
  /** The protocol that Express and Fastify compute from their proxy settings. Forwarded headers are not read here. */
  readonly protocol?: string | undefined;
  /** The host and port that HTTP/2 received, or that a framework computes. Preferred to the `Host` header. */
  readonly authority?: string | undefined;
  /** Decides which headers a request has, whether the client sent them or middleware set them. Names are in lower case. */
  readonly headers?: NodeHeaders | undefined;
  /** Shows only whether a header was sent more than once: Node.js keeps only the first `Authorization` in `headers`. */
  readonly rawHeaders?: readonly string[] | undefined;
  readonly socket?: object | null | undefined;
}

/** The part of a Fetch API `Request` that is read. */
export interface FetchRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  /** Set by Workers. */
  readonly cf?: unknown;
}

/** The execution context that a Fetch-style runtime passes to its handler as second or third argument. */
export interface FetchContext {
  waitUntil?(work: Promise<unknown>): void;
  /** The socket that carries the request, if the Fetch API runs on a server of Node.js. */
  readonly connection?: ClientConnection | undefined;
}

/**
 * Adapts a Fetch API request: Hono, Bun, Deno, Workers, Next.js. The Fetch API joins repeated headers with a comma: a
 * repeated `Authorization` arrives as one value with a comma and is answered with 400.
 *
 * @param context - The execution context of the runtime, if it has one. Background refreshes are passed to its `waitUntil`.
 * @throws ConfigurationError if the request has no `Headers`, as one of Node.js.
 *
 * @example
 * ```ts
 * import { createVerifier, type FetchContext, fromFetchRequest, toFetchResponse } from '@verifier/core';
 *
 * const verifier = createVerifier({ issuer: 'https://login.example.com', audience: 'https://api.example.com' });
 *
 * export default {
 *   async fetch(request: Request, _env: unknown, context: FetchContext): Promise<Response> {
 *     const result = await verifier.authenticate(fromFetchRequest(request, context));
 *     if (result.ok) return Response.json({ subject: result.auth?.subject });
 *     return toFetchResponse(verifier.challenge(result.error));
 *   },
 * };
 * ```
 */
export function fromFetchRequest(request: FetchRequest, context?: FetchContext): RequestLike {
  if (typeof request?.headers?.get !== 'function') {
    throw new ConfigurationError(
      'fromFetchRequest takes a Request of the Fetch API; fromNodeRequest takes a request of Node.js',
    );
  }
  const adapted: RequestLike = {
    method: request.method,
    identity: request,
    url: () => request.url,
    target: () => request.url,
    get connection() {
      return context?.connection ?? (request.cf as ClientConnection | undefined);
    },
    header: (name) => {
      const value = request.headers.get(name);
      return value === null ? [] : [value];
    },
  };
  if (context?.waitUntil === undefined) return adapted;
  return Object.assign(adapted, { waitUntil: (work: Promise<unknown>) => context.waitUntil?.(work) });
}
