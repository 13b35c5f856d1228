export {
  type AnyAuthError,
  AuthError,
  type AuthErrorCode,
  type ClaimFault,
  ConfigurationError,
  CredentialsMissingError,
  isAuthError,
  isConfigurationError,
  RequestError,
  ScopeError,
  TokenError,
  UnavailableError,
} from './errors.ts';
export type { DocumentName, VerifierEvent } from './events.ts';
export {
  createGuard,
  createOktaGuard,
  type Guard,
  type GuardOptions,
  type GuardSettings,
  type OktaGuardOptions,
  type OnError,
  type SharedVerifier,
} from './guard.ts';
export type { KeyStats } from './keys/issuer-keys.ts';
export type {
  Clock,
  CommonOptions,
  FetchLike,
  HttpOptions,
  IssuerOptions,
  IssuerResolver,
  JSONWebKey,
  JSONWebKeySet,
  KeyCacheOptions,
  ManyIssuersOptions,
  SingleIssuerOptions,
  TokenCacheOptions,
  TokenPolicy,
  Verdict,
  VerifierOptions,
} from './options.ts';
export { type Auth0Options, auth0 } from './providers/auth0.ts';
export { type CognitoOptions, cognito } from './providers/cognito.ts';
export { type EntraOptions, entra } from './providers/entra.ts';
export { type KeycloakOptions, keycloak } from './providers/keycloak.ts';
export { type OktaOptions, okta } from './providers/okta.ts';
export type { ManyIssuersProviderOptions, ProviderOptions } from './providers/provider-options.ts';
export type { Challenge } from './request/challenge.ts';
export {
  type FetchContext,
  type FetchRequest,
  fromFetchRequest,
  fromNodeRequest,
  type NodeRequest,
  type RequestLike,
} from './request/request.ts';
export {
  accessRequirement,
  anyScopeRequirement,
  claimsRequirement,
  type Requirements,
  scopeRequirement,
} from './requirements.ts';
export type { VerifierStats } from './stats.ts';
export type { TimingStats } from './timings.ts';
export type { ClaimPath } from './token/claim-names.ts';
export type { ExpectedIdToken } from './token/id-token.ts';
export type { Claims, JsonValue, JwsHeader, VerifiedToken } from './token/verified-token.ts';
export { type AuthResult, createVerifier, type Verifier } from './verifier.ts';
export { version } from './version.ts';
