/** A request that is sent to every API, and the expected answer. */
export interface DemoRequest {
  readonly client: string;
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  /** The description of the token in the table. */
  readonly label: string;
  /** Returns the token; called for each request, so that it may change between requests. */
  readonly token?: () => string;
  /** Runs before the request is sent. */
  readonly before?: () => Promise<unknown>;
  /** Runs under load: the request is sent many times before, during and after this change. */
  readonly during?: () => Promise<unknown>;
  /** Resolves when background work is done. The answer does not wait for it; the next request does. */
  readonly background?: () => Promise<unknown>;
  readonly expected: Expectation;
}

/** One fetch from the authorization server: of its metadata or keys, or one that failed. */
export type IssuerFetch = 'metadata' | 'keys' | 'failed';

/** The answer that every API must give. */
export interface Expectation {
  readonly status: number;
  readonly challenge?: string;
  readonly retryAfter?: boolean;
  /** The fetches of all APIs together; none by default. */
  readonly fetches?: readonly IssuerFetch[];
}

/** The answer of one API. */
export interface Answer {
  readonly api: string;
  /** The number of requests with this answer. */
  readonly requests: number;
  readonly status: number;
  readonly challenge: string | undefined;
  readonly retryAfter: string | undefined;
  /** The duration of the slowest request. */
  readonly milliseconds: number;
}

/** A request, its answers, and the fetches that it caused. */
export interface Outcome {
  readonly request: DemoRequest;
  readonly answers: readonly Answer[];
  readonly fetches: readonly IssuerFetch[];
}
