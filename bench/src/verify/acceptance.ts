import type { Contestant } from '../peers/contestant.ts';
import type { TokenFile } from '../tokens/token-file.ts';

/**
 * Makes sure that a contestant does its work before it is timed: good tokens pass, twice, and bad ones never do.
 *
 * @throws Error that says what was accepted, or refused, by mistake.
 */
export async function checkContestant(contestant: Contestant, { repeated, bad }: TokenFile): Promise<void> {
  const [good = ''] = repeated;
  for (let time = 0; time < 2; time += 1) {
    const reason = await refusalOf(contestant, good);
    if (reason !== undefined) throw new Error(`A good token is refused: ${reason}`);
    for (const [fault, token] of Object.entries(bad)) {
      if ((await refusalOf(contestant, token)) === undefined) throw new Error(`A token is accepted: ${fault}`);
    }
  }
}

async function refusalOf({ verify, verifySync }: Contestant, token: string): Promise<string | undefined> {
  try {
    await (verifySync ?? verify)?.(token);
    return undefined;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}
