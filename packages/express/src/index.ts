export {
  type AnyAuthError,
  type Claims,
  ConfigurationError,
  createVerifier,
  type GuardOptions,
  isAuthError,
  type OktaGuardOptions,
  type Requirements,
  type VerifiedToken,
  type Verifier,
  type VerifierOptions,
} from '@verifier/core';
export { type AuthMiddleware, bearerAuth, type Middleware, type Next, oktaAuth } from './auth-middleware.ts';
export { getAuth } from './get-auth.ts';
export { requireAccess, requireAnyScope, requireClaims, requireScope } from './route-guards.ts';
