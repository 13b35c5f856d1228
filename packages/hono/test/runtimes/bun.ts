import type { RunningApp } from '@verifier/conformance';
import type { AppDescription } from '../apps.ts';
import { binaryOf } from './binary.ts';
import { startChild } from './child.ts';

// Path mappings in the TypeScript settings of the workspace must not replace the exports of the package.
const flags = ['--max-http-header-size=65536', '--tsconfig-override=plain.tsconfig.json'];

/** Serves an application in a Bun process of its own. */
export function startOnBun(app: AppDescription): Promise<RunningApp> {
  return startChild(binaryOf('bun'), [...flags, 'bun-server.ts', JSON.stringify(app)]);
}
