import { isAuthError } from '../errors.ts';

// Apart from the error itself, which applications may serialize.
const issuers = new WeakMap<object, string>();

/** Remembers the trusted issuer of the token that an error is about. Returns the error. */
export function attributeTo<TError>(issuer: string, error: TError): TError {
  if (isAuthError(error)) issuers.set(error, issuer);
  return error;
}

/** The trusted issuer of the token that an error is about; undefined if the token named none. */
export function issuerOf(error: object): string | undefined {
  return issuers.get(error);
}
