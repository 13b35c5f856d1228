/** The Fetch API's `fetch`, as far as it is used. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** Sends HTTP requests: a connection pool, or a fetch function. */
export interface HttpClient {
  readonly fetch: FetchLike;
  /** Whether an error means that the server had closed a pooled keep-alive connection before it was used again. */
  isStaleConnection(error: unknown): boolean;
  /** The proxy through which a URL is fetched, without its credentials; undefined if there is none, or if it is unknown. */
  proxyFor?(url: string): string | undefined;
  /** Closes the connections. Never rejects. */
  close(): Promise<void>;
}

/** The options that distinguish one connection pool from another. */
export interface PoolOptions {
  /** The time limit of a connection attempt, in seconds. */
  readonly timeout: number;
  /** The limit of connections to one origin. */
  readonly connections: number;
  /** The limit of a response in bytes as sent, before decompression. */
  readonly maxResponseSize: number;
  /** An undici dispatcher to use instead of a pool. */
  readonly dispatcher: object | undefined;
}

/** HTTP connections. */
export interface HttpRuntime {
  /**
   * Creates a client. It opens no connection before its first request.
   *
   * @throws ConfigurationError if the dispatcher cannot be used, or if an environment variable names no usable proxy.
   */
  createHttpClient(options: PoolOptions): HttpClient;
}
