import type { ConformanceApp } from '@verifier/conformance/app';
import type { Hono } from 'hono';
import { createConformanceApp } from './conformance-app.ts';
import { createProbeApp, type ProbeSettings } from './probe-app.ts';

/** Which application a runtime is to serve. Plain JSON, so that it can cross into another process. */
export type AppDescription = { readonly conformance: ConformanceApp } | { readonly probe: ProbeSettings };

/** Makes the application; the same code on every runtime. */
export function createApp(description: AppDescription): Hono {
  return 'conformance' in description
    ? createConformanceApp(description.conformance)
    : createProbeApp(description.probe);
}
