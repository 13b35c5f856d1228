export {
  type AnyAuthError,
  type Auth0Options,
  type AuthErrorCode,
  type AuthenticationRequirement,
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
  protectedResourceMetadata,
  type Requirements,
  type ResourceOptions,
  type SingleIssuerOptions,
  type VerifiedToken,
  type Verifier,
  type VerifierEvent,
  type VerifierOptions,
  type WithOptional,
} from '@verifier/core';
export { AuthException } from './auth-exception.ts';
export { Auth, type AuthParameter, type AuthPipe } from './auth-parameter.ts';
export { authenticateBeforeBody } from './authenticate-before-body.ts';
export { BearerAuthModule } from './bearer-auth-module.ts';
export {
  OktaAuth,
  OktaAuth as BearerAuth,
  type OktaAuthRequirements,
  Public,
  RequireAnyScope,
  RequireAuthentication,
  RequireClaims,
  RequirePolicy,
  RequireScope,
} from './decorators.ts';
export { getAuth } from './get-auth.ts';
export type {
  AuthModuleAsyncOptions,
  AuthOptionsFactory,
  BearerAuthModuleOptions,
  ModuleExtras,
  ModuleSettings,
  OktaAuthModuleOptions,
} from './module-options.ts';
export { OktaAuthGuard, OktaAuthGuard as BearerAuthGuard } from './okta-auth-guard.ts';
export { OktaAuthModule } from './okta-auth-module.ts';
export type { PlatformRequest } from './platform-request.ts';
export type { RouteDecorator } from './route-decorator.ts';
