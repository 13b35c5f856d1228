import type { FetchLike, HttpClient, PoolOptions, Runtime } from '../runtime/runtime.ts';

/** Makes the client that fetches documents: the user's own fetch, or the pool of the runtime. */
export function createHttpClient(
  options: PoolOptions & { readonly fetch: FetchLike | undefined },
  runtime: Runtime,
): HttpClient {
  const { fetch } = options;
  if (fetch === undefined) return runtime.createHttpClient(options);
  return { fetch, isStaleConnection: () => false, close: () => Promise.resolve() };
}
