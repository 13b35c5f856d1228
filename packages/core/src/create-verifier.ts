import { runtime } from '#runtime';
import type { VerifierOptions, WithOptional } from './options/options.ts';
import { resolveOptions } from './options/resolve-options.ts';
import { ProcessVerifier } from './process-verifier.ts';
import type { VerifierFor } from './verifier.ts';

/**
 * Creates a verifier. It fetches nothing until the first token arrives, or {@link Verifier.warmUp} or
 * {@link Verifier.ready} is called. Verifiers of the same issuer share its keys, and all verifiers of a process share
 * their connections.
 *
 * @throws ConfigurationError if an option is missing, unknown, of the wrong type or unsafe.
 *
 * @example
 * ```ts
 * import { createVerifier } from '@verifier/core';
 *
 * const verifier = createVerifier({ issuer: 'https://login.example.com', audience: 'https://api.example.com' });
 * export const verify = (token: string) => verifier.verify(token, { scope: 'orders:read' });
 * ```
 */
export function createVerifier<TOptional extends boolean = false>(
  options: WithOptional<VerifierOptions, TOptional>,
): VerifierFor<TOptional> {
  return new ProcessVerifier(resolveOptions(options), runtime);
}
