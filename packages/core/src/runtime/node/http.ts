import type { HttpRuntime } from '../http-runtime.ts';
import { validateDispatcher } from './dispatcher.ts';
import { PooledClient } from './pooled-client.ts';
import { readProxySettings } from './proxy-settings.ts';

/** HTTP by an undici pool. */
export const nodeHttp: HttpRuntime = {
  createHttpClient: (options) => {
    const { dispatcher } = options;
    if (dispatcher !== undefined) validateDispatcher(dispatcher);
    return new PooledClient(options, dispatcher === undefined ? readProxySettings(process.env) : undefined);
  },
};
