import type { FetchLike, HttpClient, HttpRuntime, PoolOptions } from '../runtime/http-runtime.ts';

/** The client that requests documents: the application's own fetch if configured, else the pool of the runtime. */
export function selectHttpClient(
  options: PoolOptions & { readonly fetch: FetchLike | undefined },
  runtime: HttpRuntime,
): HttpClient {
  const { fetch } = options;
  if (fetch === undefined) return runtime.createHttpClient(options);
  return { fetch, isStaleConnection: () => false, close: () => Promise.resolve() };
}
