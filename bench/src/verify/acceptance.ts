import type { Contestant } from '../peers/contestant.ts';
import type { TokenFile } from '../tokens/token-file.ts';

/**
 * Verifies, before the timing, that a contestant accepts a valid token twice and refuses all invalid ones.
 *
 * @throws Error that names the token that was wrongly accepted or refused.
 */
export async function validateContestant(contestant: Contestant, { repeated, bad }: TokenFile): Promise<void> {
  const [good = ''] = repeated;
  for (let time = 0; time < 2; time += 1) {
    const reason = await refusalOf(contestant, good);
    if (reason !== undefined) throw new Error(`A valid token is refused: ${reason}`);
    for (const [fault, token] of Object.entries(bad)) {
      if ((await refusalOf(contestant, token)) === undefined) throw new Error(`An invalid token is accepted: ${fault}`);
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
