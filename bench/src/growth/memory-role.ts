import { readFileSync } from 'node:fs';
import { createVerifier, type Verifier, type VerifierOptions } from '@verifier/core';
import { serve } from '../process/role.ts';

/** What the process whose memory is measured can be asked. Started with `--expose-gc`. */
export type MemoryCommands = {
  /** Bytes for each token that the cache keeps. */
  token: { input: { readonly options: VerifierOptions; readonly tokens: string }; output: number };
  /** Bytes for each issuer whose keys are in memory. */
  issuer: { input: { readonly options: VerifierOptions; readonly count: number }; output: number };
};

// What is measured has to stay in memory meanwhile.
const kept: Verifier[] = [];

/** A process that measures how much memory something keeps. */
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
