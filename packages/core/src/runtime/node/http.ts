import { setImmediate } from 'node:timers/promises';
import type { Agent, Dispatcher } from 'undici';
import { copyOptions } from '../../lib/copy-options.ts';
import type { FetchLike, HttpClient, HttpRuntime, PoolOptions } from '../http-runtime.ts';

const connectTimeout = 2;
// Shorter than the idle time-out of common load balancers, so that this side closes first.
const keepAliveTimeout = 30;
const staleConnectionCodes = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** HTTP by an undici pool. */
export const nodeHttp: HttpRuntime = {
  createHttpClient: (options) => new PooledClient(options),
};

/** A connection pool. Loads undici and opens a connection on the first request. */
class PooledClient implements HttpClient {
  readonly #options: PoolOptions;
  #pool: Promise<{ fetch: FetchLike; own: Agent | undefined }> | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  readonly fetch: FetchLike = async (url, init) => {
    this.#pool ??= openPool(this.#options);
    const pool = await this.#pool;
    // undici marks a connection as busy until the end of the event loop turn in which its response ended. Within that
    // turn the pool would open a second connection for the key set that follows the metadata.
    await setImmediate();
    return pool.fetch(url, init);
  };

  isStaleConnection(error: unknown): boolean {
    const { code } = ((error as { cause?: unknown } | null)?.cause ?? error ?? {}) as { code?: unknown };
    return typeof code === 'string' && staleConnectionCodes.has(code);
  }

  async close(): Promise<void> {
    const pool = await this.#pool;
    await pool?.own?.destroy();
  }
}

async function openPool({
  timeout,
  connections,
  dispatcher,
}: PoolOptions): Promise<{ fetch: FetchLike; own: Agent | undefined }> {
  const { EnvHttpProxyAgent, fetch } = await import('undici');
  const own =
    dispatcher === undefined
      ? new EnvHttpProxyAgent(
          copyOptions({
            connections,
            connectTimeout: Math.min(connectTimeout, timeout) * 1000,
            keepAliveTimeout: keepAliveTimeout * 1000,
            // No limit: the size is counted after decompression, where the body is read.
            maxResponseSize: -1,
          }),
        )
      : undefined;
  const used = (own ?? dispatcher) as Dispatcher;
  const pooled = (url: string, init: RequestInit) =>
    fetch(url, copyOptions({ ...init, dispatcher: used }) as Parameters<typeof fetch>[1]);
  return { fetch: pooled as unknown as FetchLike, own: own as Agent | undefined };
}
