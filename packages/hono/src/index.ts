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
export {
  type AuthMiddleware,
  bearerAuth,
  type OptionsFunction,
  oktaAuth,
  type WithVerifier,
} from './auth-middleware.ts';
export type { DeniedResponse } from './denied-response.ts';
export { getAuth } from './get-auth.ts';
export { type RouteGuard, requireAccess, requireAnyScope, requireClaims, requireScope } from './route-guards.ts';
