import { open } from '../../peers/limit.ts';
import type { Target } from '../../tokens/token-file.ts';

/** Looks at the value of an `Authorization` header; throws where the signature does not hold. */
export type Check = (authorization: string | undefined) => unknown;

/** The least that a guard has to do: what the limit does, with the token of a request, and not one check more. */
export async function createLimitCheck(target: Target): Promise<Check> {
  const { verifyRepeated } = await open(target);
  return (authorization = '') => verifyRepeated?.(authorization.slice('Bearer '.length));
}
