import { TokenError } from '../errors.ts';
import type { JwsHeader } from '../token/verified-token.ts';

const codes: ReadonlySet<string> = new Set(['ERR_SIGNATURE_INVALID', 'ERR_ISSUER_UNKNOWN']);

/**
 * Returns an error that says so if the refused token is one for Microsoft Graph: Microsoft signs a header whose `nonce` is
 * replaced, so that only Graph can verify the signature. Any other error is returned as it is.
 */
export function nameGraphToken(error: unknown, header: JwsHeader): unknown {
  if (!(error instanceof TokenError) || !codes.has(error.code) || typeof header['nonce'] !== 'string') return error;
  const message = `${error.message}. The nonce in its header marks a token for Microsoft Graph, which only Graph can verify: request a token with a scope of this API`;
  const { code, claim, reason } = error;
  return new TokenError(code, message, {
    ...(claim === undefined ? {} : { claim }),
    ...(reason === undefined ? {} : { reason }),
  });
}
