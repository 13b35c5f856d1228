import type { RunningApp } from '@verifier/conformance';
import type { AppDescription } from '../apps.ts';
import { startOnBun } from './bun.ts';
import { startOnDeno } from './deno.ts';
import { startOnNode } from './node.ts';
import { startOnWorkerd } from './workerd.ts';

/** A runtime that the tests run on. */
export interface TestRuntime {
  readonly name: string;
  readonly engine: 'node' | 'web';
  /** Whether one request may wait for the fetch of another. */
  readonly sharesPromises: boolean;
  start(app: AppDescription): Promise<RunningApp>;
}

export const runtimes: readonly TestRuntime[] = [
  { name: 'node-server', engine: 'node', sharesPromises: true, start: startOnNode },
  { name: 'workerd', engine: 'web', sharesPromises: false, start: startOnWorkerd },
  { name: 'Deno', engine: 'web', sharesPromises: true, start: startOnDeno },
  { name: 'Bun', engine: 'web', sharesPromises: true, start: startOnBun },
];
