import { open } from '../../peers/limit.ts';
import type { Target } from '../../tokens/token-file.ts';

/** Verifies the token of an `Authorization` header; throws if the signature is invalid. */
export type VerifyHeader = (authorization: string | undefined) => unknown;

/** The lower bound for a guard: the limit, applied to the token of a request. */
export async function openLimit(target: Target): Promise<VerifyHeader> {
  const { verifyRepeated } = await open(target);
  return (authorization = '') => verifyRepeated?.(authorization.slice('Bearer '.length));
}
