import type { VerifiedToken } from '@verifier/core';

declare module 'hono' {
  interface ContextVariableMap {
    /**
     * The verified access token; null if the request is anonymous, undefined if no middleware ran.
     * `getAuth(c)` returns the token and throws in both other cases.
     */
    auth: VerifiedToken | null | undefined;
  }
}
