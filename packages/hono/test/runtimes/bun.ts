import type { RunningApp } from '@verifier/conformance';
import type { AppDescription } from '../apps.ts';
import { binaryOf } from './binary.ts';
import { startChild } from './child.ts';

// A path of the workspace's own TypeScript settings must not stand in for what the package says.
const flags = ['--max-http-header-size=65536', '--tsconfig-override=plain.tsconfig.json'];

/** Serves an application in a Bun process of its own. */
export function startOnBun(app: AppDescription): Promise<RunningApp> {
  return startChild(binaryOf('bun'), [...flags, 'bun-server.ts', JSON.stringify(app)]);
}
