import { readFileSync } from 'node:fs';
import { createVerifier, type Verifier, type VerifierOptions } from '@verifier/core';
import { serve } from '../process/role.ts';

/** Commands of the process that measures memory. It must be started with `--expose-gc`. */
export type MemoryCommands = {
  /** Bytes per cached token. */
  token: { input: { readonly options: VerifierOptions; readonly tokens: string }; output: number };
  /** Bytes per issuer with its keys in memory. */
  issuer: { input: { readonly options: VerifierOptions; readonly count: number }; output: number };
};

// Prevents the collection of the measured objects.
const kept: Verifier[] = [];

/** Measures the memory of cached tokens and of issuers. */
export function runMemoryRole(): void {
  serve<MemoryCommands>({
    token: async ({ options, tokens }) => {
      const warmUp = createVerifier({ ...options, tokenCache: false });
      const verified = await verifyAll(warmUp, tokens);
      const before = memoryInUse();
      const verifier = createVerifier(options);
      await verifyAll(verifier, tokens);
      const bytes = memoryInUse() - before;
      kept.push(warmUp, verifier);
      if (verifier.stats().tokenCache.entries !== verified) throw new Error('The cache does not keep every token');
      return bytes / verified;
    },
    issuer: async ({ options, count }) => {
      const before = memoryInUse();
      const verifier = createVerifier(options);
      await verifier.warmUp();
      kept.push(verifier);
      return (memoryInUse() - before) / count;
    },
  });
}

async function verifyAll(verifier: Verifier, tokens: string): Promise<number> {
  const list = JSON.parse(readFileSync(tokens, 'utf8')) as string[];
  for (const token of list) await verifier.verify(token);
  return list.length;
}

function memoryInUse(): number {
  for (let time = 0; time < 3; time += 1) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
