import type { Runtime } from './runtime.ts';
import { webCrypto } from './web/crypto.ts';
import { webHttp } from './web/http.ts';
import { webTelemetry } from './web/telemetry.ts';

interface Globals {
  /** The name of Vercel's runtime, which runs on Workers. */
  readonly EdgeRuntime?: string;
  readonly navigator?: { readonly userAgent?: string };
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

const globals = globalThis as unknown as Globals;
const isWorkers = globals.navigator?.userAgent === 'Cloudflare-Workers' || globals.EdgeRuntime !== undefined;

/** Every runtime other than Node.js. */
export const runtime: Runtime = {
  name: 'web',
  sharesPromises: !isWorkers,
  schedule: () => undefined,
  environment: () => globals.process?.env ?? {},
  ...webCrypto,
  ...webHttp,
  ...webTelemetry,
};
