import type { HttpClient, HttpRuntime } from '../http-runtime.ts';

// The runtime pools connections itself.
const fetchClient: HttpClient = {
  fetch: (url, init) => fetch(url, init),
  isStaleConnection: () => false,
  close: () => Promise.resolve(),
};

/** HTTP by the runtime's own `fetch`. */
export const webHttp: HttpRuntime = {
  createHttpClient: () => fetchClient,
};
