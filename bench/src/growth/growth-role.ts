import { readFileSync } from 'node:fs';
import {
  type AuthResult,
  createGuard,
  fromNodeRequest,
  type Guard,
  type RequestLike,
  type VerifierOptions,
} from '@verifier/core';
import { serve } from '../process/role.ts';
import type { Sample } from '../verify/timed-loops.ts';

/** The quantity that grows. */
export type Dimension = 'issuers' | 'keys' | 'middlewares';

/** Commands of the process that measures growth. */
export type GrowthCommands = {
  open: {
    input: {
      readonly options: VerifierOptions;
      readonly middlewares: number;
      /** A JSON file with the tokens. */
      readonly tokens: string;
    };
    output: undefined;
  };
  run: { input: { readonly ms: number }; output: Sample };
};

interface Ready {
  readonly guards: readonly Guard[];
  readonly requests: readonly RequestLike[];
}

/** Sends requests through many issuers, keys or middlewares in turn. */
export function runGrowthRole(): void {
  let ready: Ready | undefined;
  serve<GrowthCommands>({
    open: async ({ options, middlewares, tokens }) => {
      const guards = Array.from({ length: middlewares }, () => createGuard(options));
      await Promise.all(guards.map(({ verifier }) => verifier.warmUp()));
      const requests = (JSON.parse(readFileSync(tokens, 'utf8')) as string[]).map(requestWith);
      ready = { guards, requests };
    },
    run: ({ ms }) => {
      if (ready === undefined) throw new Error('The guards are not open');
      return runFor(ready, ms);
    },
  });
}

function requestWith(token: string): RequestLike {
  const rawHeaders = ['Host', 'api.example.com', 'Accept', 'application/json', 'Authorization', `Bearer ${token}`];
  const headers = { host: 'api.example.com', accept: 'application/json', authorization: `Bearer ${token}` };
  return fromNodeRequest({ method: 'GET', url: '/orders', rawHeaders, headers });
}

async function runFor({ guards, requests }: Ready, ms: number): Promise<Sample> {
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  let count = 0;
  while (performance.now() - startedAt < ms) {
    const guard = guards[count % guards.length] as Guard;
    const result = guard.authenticate(requests[count % requests.length] as RequestLike);
    // An unneeded await would be measured too.
    assertPassed(result instanceof Promise ? await result : result);
    count += 1;
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { count, seconds, cpuSeconds: (user + system) / 1e6 };
}

function assertPassed({ ok }: AuthResult): void {
  if (!ok) throw new Error('A good token was refused');
}
