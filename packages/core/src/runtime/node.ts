import { addressMatcher } from './node/address-list.ts';
import { nodeCrypto } from './node/crypto.ts';
import { nodeHttp } from './node/http.ts';
import { nodeTelemetry } from './node/telemetry.ts';
import type { Runtime, Timer } from './runtime.ts';

/** Node.js. */
export const runtime: Runtime = {
  name: 'node',
  sharesPromises: true,
  schedule,
  environment: () => process.env,
  addressMatcher,
  ...nodeCrypto,
  ...nodeHttp,
  ...nodeTelemetry,
};

function schedule(seconds: number, work: () => void): Timer {
  const timer = setTimeout(work, seconds * 1000).unref();
  return { cancel: () => clearTimeout(timer) };
}
