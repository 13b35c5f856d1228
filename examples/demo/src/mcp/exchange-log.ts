/** One request of a client, and its answer. */
export interface LoggedExchange {
  readonly request: string;
  readonly status: number;
  readonly challenge: string | undefined;
}

/** Sends the requests of a client, and keeps what was answered. */
export class ExchangeLog {
  #exchanges: LoggedExchange[] = [];

  /** A `fetch` for the client. */
  readonly fetch = async (url: string | URL, init?: RequestInit): Promise<Response> => {
    const response = await fetch(url, init);
    this.#exchanges.push({
      request: `${init?.method ?? 'GET'} ${new URL(url).pathname}`,
      status: response.status,
      challenge: response.headers.get('www-authenticate') ?? undefined,
    });
    return response;
  };

  /** Returns the exchanges since the last call. */
  take(): readonly LoggedExchange[] {
    const taken = this.#exchanges;
    this.#exchanges = [];
    return taken;
  }
}
