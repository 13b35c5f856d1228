import type { Verifier } from '@verifier/core';

/** Wraps a verifier so that each granted result has the header `DPoP-Nonce: next`. No option of core adds one yet. */
export function withResultHeader(verifier: Verifier): Verifier {
  const authenticate: Verifier['authenticate'] = async (...args) => {
    const result = await verifier.authenticate(...args);
    return result.ok ? { ...result, headers: { 'DPoP-Nonce': 'next' } } : result;
  };
  return Object({ authenticate, challenge: (error: never) => verifier.challenge(error) });
}
