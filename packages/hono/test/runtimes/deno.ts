import type { RunningApp } from '@verifier/conformance';
import type { AppDescription } from '../apps.ts';
import { binaryOf } from './binary.ts';
import { startChild } from './child.ts';

// The network is the only permission that verifying needs. Types are checked elsewhere, and nothing is downloaded.
const flags = ['--allow-net', '--no-check', '--cached-only', '--no-lock', '--node-modules-dir=manual'];

/** Serves an application in a Deno process of its own. */
export function startOnDeno(app: AppDescription): Promise<RunningApp> {
  return startChild(binaryOf('deno'), ['run', ...flags, 'deno-server.ts', JSON.stringify(app)]);
}
