/** A request that is sent to every API, and the answer that each has to give. */
export interface Question {
  readonly who: string;
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  /** What the table says of the token. */
  readonly label: string;
  /** The token; asked for at each request, so that it may change in between. */
  readonly token?: () => string;
  /** Something that happens before the request is sent. */
  readonly before?: () => Promise<unknown>;
  /** Sends the request many times, before, during and after something that happens meanwhile. */
  readonly during?: () => Promise<unknown>;
  /** Something under way that the answer did not wait for, and that ends before the next question. */
  readonly background?: () => Promise<unknown>;
  readonly expected: Expectation;
}

/** What reaches the authorization server, or tries to, because of a question. */
export type Contact = 'metadata' | 'keys' | 'no answer';

/** The answer that a question has to get, from every API alike. */
export interface Expectation {
  readonly status: number;
  readonly challenge?: string;
  readonly retryAfter?: boolean;
  /** For all APIs together; none where it is left out. */
  readonly contacts?: readonly Contact[];
}

/** How one API answered. */
export interface Answer {
  readonly api: string;
  /** How many requests got it. */
  readonly requests: number;
  readonly status: number;
  readonly challenge: string | undefined;
  readonly retryAfter: string | undefined;
  /** For the slowest of the requests. */
  readonly milliseconds: number;
}

/** A question with all that it brought about. */
export interface Outcome {
  readonly question: Question;
  readonly answers: readonly Answer[];
  readonly contacts: readonly Contact[];
}
