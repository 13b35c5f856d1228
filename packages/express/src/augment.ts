import type { VerifiedToken } from '@verifier/core';

declare global {
  namespace Express {
    interface Request {
      /**
       * The verified access token; null if the request is anonymous, undefined if no middleware ran.
       * `getAuth(req)` returns the token and throws in both other cases.
       */
      auth?: VerifiedToken | null;
    }
  }
}
