export {
  type AnyAuthError,
  type Auth0Options,
  type AuthErrorCode,
  type AuthentikOptions,
  type AuthResult,
  auth0,
  authenticateUpgrade,
  authentik,
  type Claims,
  type CognitoOptions,
  ConfigurationError,
  cognito,
  createVerifier,
  type DexOptions,
  dex,
  type EntraOptions,
  entra,
  type GuardOptions,
  hasScope,
  type IssuerOptions,
  isAuthError,
  isConfigurationError,
  type KeycloakOptions,
  keycloak,
  type ManyIssuersOptions,
  type OktaGuardOptions,
  type OktaOptions,
  type OptionalVerifier,
  okta,
  type Requirements,
  type SingleIssuerOptions,
  type VerifiedToken,
  type Verifier,
  type VerifierEvent,
  type VerifierOptions,
  type WithOptional,
} from '@verifier/core';
export type { AuthHook } from './auth-hook.ts';
export type { AuthDecorators } from './decorators.ts';
export { getAuth } from './get-auth.ts';
export { bearerAuth, oktaAuth, oktaAuth as default } from './plugin.ts';
export type { BearerAuthOptions, OktaAuthOptions, PluginSettings } from './plugin-options.ts';
export type { RouteAuth } from './route-auth-reader.ts';
