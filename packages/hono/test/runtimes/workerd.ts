import type { RunningApp } from '@verifier/conformance';
import { Miniflare } from 'miniflare';
import type { AppDescription } from '../apps.ts';
import { type Bundle, bundle, workerConditions } from './bundle.ts';

type JsonBindings = Record<string, never>;

// Without Node.js compatibility.
async function startWorker({ code }: Bundle, bindings: object): Promise<RunningApp> {
  const miniflare = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.js', contents: code }],
    compatibilityDate: '2026-07-01',
    cf: false,
    bindings: bindings as JsonBindings,
    host: '127.0.0.1',
    port: 0,
  });
  const { origin } = await miniflare.ready;
  return { origin, close: () => miniflare.dispose() };
}

let bundled: Promise<Bundle> | undefined;

/** Serves an application in a workerd process of its own. */
export async function startOnWorkerd(app: AppDescription): Promise<RunningApp> {
  bundled ??= bundle('worker.ts', workerConditions);
  return startWorker(await bundled, { APP: app });
}
