import { createRequire } from 'node:module';
import type * as Core from '../../../src/index.ts';
import { lastWord } from '../child.ts';

/** How many copies of the package there were, and what they did. */
export interface Sharing {
  readonly copies: number;
  readonly verified: number;
  readonly hits: number;
}

const [issuer = '', audience = '', token = '', ...entries] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const load = async (entry: string): Promise<typeof Core> =>
  entry.startsWith('require:') ? require(entry.slice('require:'.length)) : await import(entry);
const copies: (typeof Core)[] = [];
for (const entry of entries) copies.push(await load(entry));
const verifiers = copies.map(({ createVerifier }) => createVerifier({ issuer, audience }));
await Promise.all(verifiers.map((verifier) => verifier.verify(token)));
await Promise.all(verifiers.map((verifier) => verifier.verify(token)));
const report: Sharing = {
  copies: new Set(copies.map(({ createVerifier }) => createVerifier)).size,
  verified: verifiers.reduce((sum, verifier) => sum + verifier.stats().verified, 0),
  hits: verifiers.reduce((sum, verifier) => sum + verifier.stats().tokenCache.hits, 0),
};
lastWord(report);
