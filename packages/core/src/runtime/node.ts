import { AsyncLocalStorage } from 'node:async_hooks';
import { nodeCrypto } from './node/crypto.ts';
import { nodeHttp } from './node/http.ts';
import { nodeTelemetry } from './node/telemetry.ts';
import type { Runtime, Timer } from './runtime.ts';

// The context of the import. A timer would keep that of the request that starts it, and trace a refresh as its child.
const outsideRequests = AsyncLocalStorage.snapshot();

/** Node.js. */
export const runtime: Runtime = {
  name: 'node',
  sharesPromises: true,
  schedule,
  environment: () => process.env,
  ...nodeCrypto,
  ...nodeHttp,
  ...nodeTelemetry,
};

function schedule(seconds: number, work: () => void): Timer {
  const timer = outsideRequests(() => setTimeout(work, seconds * 1000).unref());
  return { cancel: () => clearTimeout(timer) };
}
