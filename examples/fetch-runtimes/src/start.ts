import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { startChild } from './start-child.ts';

/** The trusted authorization server, and the audience of its tokens. */
export interface Settings {
  readonly issuer: string;
  readonly audience: string;
}

/** A running API. */
export interface Endpoint {
  send(headers: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

// The TypeScript settings of this repository would apply; an installed package has none.
const withoutTypeScriptSettings = '--tsconfig-override=plain.tsconfig.json';
const denoFlags = [
  '--allow-net',
  '--allow-env',
  '--no-check',
  '--cached-only',
  '--no-lock',
  '--node-modules-dir=manual',
];

/** Starts `Bun.serve`. */
export function startBun(settings: Settings): Promise<Endpoint> {
  return startChild('bun', [withoutTypeScriptSettings, 'bun.ts'], settings);
}

/** Starts `Deno.serve`. */
export function startDeno(settings: Settings): Promise<Endpoint> {
  return startChild('deno', ['run', ...denoFlags, 'deno.ts'], settings);
}

/** Starts the Worker in workerd, bundled as wrangler does. */
export async function startWorker({ issuer, audience }: Settings): Promise<Endpoint> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('worker.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    tsconfigRaw: {},
  });
  const worker = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.js', contents: outputFiles[0]?.text ?? '' }],
    compatibilityDate: '2026-07-01',
    cf: false,
    bindings: { ISSUER: issuer, AUDIENCE: audience },
    host: '127.0.0.1',
    port: 0,
  });
  const { origin } = await worker.ready;
  return { send: (headers) => fetch(`${origin}/orders`, { headers }), close: () => worker.dispose() };
}

/** Calls the route handler as Next.js does. */
export async function startNext({ issuer, audience }: Settings): Promise<Endpoint> {
  Object.assign(process.env, { ISSUER: issuer, AUDIENCE: audience });
  const { GET } = await import('./next-route.ts');
  return { send: (headers) => GET(new Request('http://localhost/orders', { headers })), close: async () => undefined };
}
