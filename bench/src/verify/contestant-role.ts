import { type ContestantName, entryOf, type Mode } from '../peers/catalog.ts';
import type { Contestant } from '../peers/contestant.ts';
import { serve } from '../process/role.ts';
import { type Profile, profile } from '../profile/cpu-profile.ts';
import { readTokenFile } from '../tokens/token-file.ts';
import { TokenRing } from '../tokens/token-ring.ts';
import { validateContestant } from './acceptance.ts';
import { runFor, type Sample } from './timed-loops.ts';

/** Commands of the process of a contestant. */
export type ContestantCommands = {
  /** Loads the contestant and verifies that it refuses invalid tokens. */
  open: { input: { readonly name: ContestantName; readonly tokenFile: string }; output: undefined };
  run: { input: { readonly mode: Mode; readonly ms: number }; output: Sample };
  /** Returns a CPU profile. */
  profile: { input: { readonly mode: Mode; readonly ms: number }; output: Profile };
};

interface Ready {
  readonly contestant: Contestant;
  readonly rings: Readonly<Record<Mode, TokenRing>>;
}

/** Runs the process of one contestant. */
export function runContestantRole(): void {
  let ready: Ready | undefined;
  const run = async (mode: Mode, ms: number): Promise<Sample> => {
    if (ready === undefined) throw new Error('The contestant is not open');
    const { contestant, rings } = ready;
    const hits = contestant.cacheHits?.();
    const sample = await runFor(contestant, mode, rings[mode], ms);
    if (mode !== 'repeated' && contestant.cacheHits?.() !== hits) throw new Error('A token was seen before');
    return sample;
  };
  serve<ContestantCommands>({
    open: async ({ name, tokenFile }) => {
      const file = readTokenFile(tokenFile);
      const { open } = await entryOf(name).load();
      const contestant = await open(file.target);
      // The limit validates no claims, so it cannot refuse invalid ones.
      if (entryOf(name).isLimit !== true) await validateContestant(contestant, file);
      const unique = new TokenRing(file.unique);
      ready = { contestant, rings: { one: unique, many: unique, repeated: new TokenRing(file.repeated) } };
    },
    run: ({ mode, ms }) => run(mode, ms),
    profile: ({ mode, ms }) => profile(() => run(mode, ms)),
  });
}
