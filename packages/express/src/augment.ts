import type { VerifiedToken } from '@verifier/core';

declare global {
  namespace Express {
    interface Request {
      /**
       * The verified access token; null where the request is anonymous, undefined where no middleware ran.
       * `getAuth(req)` is the same without the two empty cases.
       */
      auth?: VerifiedToken | null;
    }
  }
}
