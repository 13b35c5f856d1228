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
export type { AuthHook } from './auth-hook.ts';
export type { AuthDecorators } from './decorators.ts';
export { getAuth } from './get-auth.ts';
export { bearerAuth, oktaAuth, oktaAuth as default } from './plugin.ts';
export type { BearerAuthOptions, OktaAuthOptions, PluginSettings } from './plugin-options.ts';
export type { RouteAuth } from './route-auth-reader.ts';
