import { type ContestantName, entryOf } from '../peers/catalog.ts';
import { serve } from '../process/role.ts';
import type { Target } from '../tokens/token-file.ts';

/** A contestant whose start is measured: one of the catalog, or the same with discovery. */
export type ColdName = ContestantName | keyof typeof byDiscovery;

/** Commands of the process that starts cold. */
export type ColdCommands = {
  /** Imports a verifier and verifies a token; returns the milliseconds for both. */
  verify: { input: { readonly name: ColdName; readonly target: Target; readonly token: string }; output: number };
};

const byDiscovery = {
  'verifier-discovery': () => import('../peers/verifier-discovery.ts'),
  'express-oauth2-jwt-bearer-discovery': () => import('../peers/express-oauth2-jwt-bearer-discovery.ts'),
};

/** Runs a process that verifies one token. */
export function runColdRole(): void {
  serve<ColdCommands>({
    verify: async ({ name, target, token }) => {
      const startedAt = performance.now();
      const { open } = await (name in byDiscovery
        ? byDiscovery[name as keyof typeof byDiscovery]()
        : entryOf(name as ContestantName).load());
      const contestant = await open(target);
      await (contestant.verifySync ?? contestant.verify)?.(token);
      return performance.now() - startedAt;
    },
  });
}
