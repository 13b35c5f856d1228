import type { VerifiedToken } from '@verifier/core';

declare module 'hono' {
  interface ContextVariableMap {
    /**
     * The verified access token; null where the request is anonymous, undefined where no middleware ran.
     * `getAuth(c)` is the same without the two empty cases.
     */
    auth: VerifiedToken | null | undefined;
  }
}
