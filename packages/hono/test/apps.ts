import type { ConformanceApp } from '@verifier/conformance/app';
import type { Hono } from 'hono';
import { createConformanceApp } from './conformance-app.ts';
import { createProbeApp, type ProbeSettings } from './probe-app.ts';

/** The application that a runtime serves. Plain JSON, because it is passed to another process. */
export type AppDescription = { readonly conformance: ConformanceApp } | { readonly probe: ProbeSettings };

/** Creates the application. The code is the same on every runtime. */
export function createApp(description: AppDescription): Hono {
  return 'conformance' in description
    ? createConformanceApp(description.conformance)
    : createProbeApp(description.probe);
}
