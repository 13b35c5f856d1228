import { setImmediate } from 'node:timers/promises';
import { copyOptions } from '../../lib/copy-options.ts';
import { HttpLibraryError } from '../http-library-error.ts';
import type { FetchLike, HttpClient, PoolOptions } from '../http-runtime.ts';
import type { ProxySettings } from './proxy-settings.ts';
import { nodeTelemetry } from './telemetry.ts';

const connectTimeout = 2;
// Shorter than the idle time-out of common load balancers, so that this side closes first.
const keepAliveTimeout = 30;
const staleConnectionCodes = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

interface Pool {
  readonly fetch: FetchLike;
  destroy(): Promise<unknown>;
}

type Undici = Pick<typeof import('undici'), 'Agent' | 'EnvHttpProxyAgent' | 'fetch'>;

/** A connection pool. Loads undici and opens a connection on the first request. */
export class PooledClient implements HttpClient {
  readonly #options: PoolOptions;
  readonly #proxies: ProxySettings | undefined;
  #pool: Promise<Pool> | undefined;

  constructor(options: PoolOptions, proxies: ProxySettings | undefined) {
    this.#options = options;
    this.#proxies = proxies;
  }

  readonly fetch: FetchLike = async (url, init) => {
    this.#pool ??= openPool(this.#options, this.#proxies);
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

  proxyFor(url: string): string | undefined {
    return this.#proxies?.proxyFor(url);
  }

  async close(): Promise<void> {
    try {
      const pool = await this.#pool;
      await pool?.destroy();
    } catch (error) {
      // A pool that could not be opened or closed must not disturb the shutdown of the application.
      nodeTelemetry.debug(`The connection pool was closed with an error: ${String(error)}`);
    }
  }
}

async function openPool(options: PoolOptions, proxies: ProxySettings | undefined): Promise<Pool> {
  let undici: Undici;
  try {
    undici = await loadUndici();
  } catch (cause) {
    if (options.dispatcher === undefined && proxies === undefined) return builtInPool(cause);
    const setting = proxies === undefined ? 'http.dispatcher' : 'The proxy variables';
    throw new HttpLibraryError(`${setting} cannot be used: ${loadingFault(cause)}`, { cause });
  }
  return options.dispatcher === undefined
    ? ownPool(undici, options, proxies)
    : { fetch: fetchWith(undici, () => options.dispatcher), destroy: async () => undefined };
}

async function loadUndici(): Promise<Undici> {
  // Named here, because a bundle may evaluate the module too late and so import undefined.
  const { Agent, EnvHttpProxyAgent, fetch } = await import('undici');
  return { Agent, EnvHttpProxyAgent, fetch };
}

function ownPool(
  undici: Undici,
  { timeout, connections, maxResponseSize }: PoolOptions,
  proxies: ProxySettings | undefined,
): Pool {
  const { Agent, EnvHttpProxyAgent } = undici;
  const settings = copyOptions({
    connections,
    connectTimeout: Math.min(connectTimeout, timeout) * 1000,
    keepAliveTimeout: keepAliveTimeout * 1000,
    maxResponseSize,
  });
  const direct = new Agent(settings);
  if (proxies === undefined) return { fetch: fetchWith(undici, () => direct), destroy: () => direct.destroy() };
  const { httpProxy, httpsProxy, noProxy, isDirect } = proxies;
  const proxied = new EnvHttpProxyAgent(copyOptions({ ...settings, httpProxy, httpsProxy, noProxy }));
  return {
    fetch: fetchWith(undici, (url) => (isDirect(url) ? direct : proxied)),
    destroy: () => Promise.all([direct.destroy(), proxied.destroy()]),
  };
}

function fetchWith({ fetch }: Undici, dispatcherFor: (url: string) => object | undefined): FetchLike {
  const send = (url: string, init: RequestInit): unknown =>
    fetch(url, copyOptions({ ...init, dispatcher: dispatcherFor(url) }) as Parameters<typeof fetch>[1]);
  return send as FetchLike;
}

// Some bundlers emit ES modules in which undici, a CommonJS package, cannot load the modules of Node.js.
function builtInPool(cause: unknown): Pool {
  nodeTelemetry.warn(
    `Keys are fetched with the built-in fetch of Node.js, without http.connections: ${loadingFault(cause)}`,
    'VERIFIER_UNDICI_NOT_LOADED',
  );
  return { fetch: (url, init) => fetch(url, init), destroy: async () => undefined };
}

function loadingFault(cause: unknown): string {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return `undici could not be loaded (${reason}). If the application is bundled, see "Bundles" in docs/operations.md`;
}
