import { quantile } from '../measure/statistics.ts';
import { Connection } from './connection.ts';

/** The result of a run. */
export interface LoadSample {
  readonly count: number;
  readonly seconds: number;
  /** Milliseconds from a request to the end of its response. */
  readonly p50: number;
  readonly p99: number;
  /** The number of responses by status, without 200. */
  readonly failures: Readonly<Record<string, number>>;
}

/** The settings of a run. */
export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly ms: number;
  /** Returns the next request to send. */
  readonly next: () => Buffer;
  /** Requests per second; if absent, each connection sends the next as soon as it can. */
  readonly rate?: number | undefined;
}

/** Sends requests for a time, over connections that stay open. */
export async function load(options: LoadOptions): Promise<LoadSample> {
  const run = new LoadRun(options);
  return run.done;
}

class LoadRun {
  readonly done: Promise<LoadSample>;
  readonly #options: LoadOptions;
  readonly #latencies: number[] = [];
  readonly #failures: Record<string, number> = {};
  readonly #idle: Line[] = [];
  readonly #lines: Line[];
  readonly #startedAt: number = performance.now();
  readonly #finish: (sample: LoadSample) => void;
  #over = false;
  #due = 0;

  constructor(options: LoadOptions) {
    const { promise, resolve } = Promise.withResolvers<LoadSample>();
    this.done = promise;
    this.#finish = resolve;
    this.#options = options;
    this.#lines = Array.from({ length: options.connections }, () => this.#openLine());
    if (options.rate === undefined) for (const line of this.#lines) this.#send(line);
    else this.#pace(options.rate);
    setTimeout(() => this.#end(), options.ms);
  }

  #openLine(): Line {
    const line: Line = {
      sentAt: 0,
      connection: new Connection(this.#options.port, (status) => this.#answered(line, status)),
    };
    if (this.#options.rate !== undefined) this.#idle.push(line);
    return line;
  }

  #send(line: Line): void {
    line.sentAt = performance.now();
    line.connection.send(this.#options.next());
  }

  #answered(line: Line, status: number): void {
    if (this.#over) return;
    this.#latencies.push(performance.now() - line.sentAt);
    if (status !== 200) this.#failures[status] = (this.#failures[status] ?? 0) + 1;
    if (status === 0) return;
    if (this.#options.rate === undefined) this.#send(line);
    else this.#idle.push(line);
  }

  // Sent in small portions on each timer, so that the requests are spread over the second.
  #pace(rate: number): void {
    let last = performance.now();
    const timer = setInterval(() => {
      if (this.#over) return clearInterval(timer);
      const now = performance.now();
      this.#due = Math.min(this.#due + ((now - last) * rate) / 1000, this.#options.connections);
      last = now;
      for (; this.#due >= 1; this.#due -= 1) {
        const line = this.#idle.shift();
        if (line === undefined) break;
        this.#send(line);
      }
    }, 1);
  }

  #end(): void {
    this.#over = true;
    const seconds = (performance.now() - this.#startedAt) / 1000;
    for (const { connection } of this.#lines) connection.close();
    const [p50, p99] = [quantile(this.#latencies, 0.5), quantile(this.#latencies, 0.99)];
    this.#finish({ count: this.#latencies.length, seconds, p50, p99, failures: this.#failures });
  }
}

interface Line {
  readonly connection: Connection;
  sentAt: number;
}
