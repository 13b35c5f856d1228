export {
  accessRequirement,
  anyScopeRequirement,
  authenticationRequirement,
  claimsRequirement,
  policyRequirement,
  scopeRequirement,
  validatePolicy,
} from './authorization/access-requirement.ts';
export { hasScope } from './authorization/has-scope.ts';
export { type OpenApiSecurity, openApiSecurity } from './authorization/open-api-security.ts';
export { createVerifier } from './create-verifier.ts';
export {
  type AnyAuthError,
  AuthError,
  type AuthErrorCode,
  AuthenticationError,
  type ClaimFault,
  ConfigurationError,
  CredentialsMissingError,
  isAuthError,
  isConfigurationError,
  ProofError,
  type ProofErrorCode,
  RequestError,
  ScopeError,
  TokenError,
  UnavailableError,
} from './errors.ts';
export { authenticateUpgrade, type GrantedUpgrade, type UpgradeSocket } from './guard/authenticate-upgrade.ts';
export { createGuard, createOktaGuard } from './guard/create-guard.ts';
export type { Guard, GuardOptions, GuardSettings, OktaGuardOptions, OnError, SharedVerifier } from './guard/guard.ts';
export type { DocumentHeaders } from './http/document-headers.ts';
export type { TracedFetch } from './issuers/traced-document-client.ts';
export type { JSONWebKey, JSONWebKeySet } from './keys/jwk.ts';
export type { KeyStats, MetadataStats } from './keys/key-source.ts';
export { copyOptions } from './lib/copy-options.ts';
export type { TracedAuthentication } from './observability/authentication-trace.ts';
export type { DurationBucket } from './observability/duration-buckets.ts';
export type { DocumentName, FetchFailureKind, VerifierEvent } from './observability/events.ts';
export type { RefusalEntry } from './observability/refusal-entry.ts';
export type { IssuerStats, ProofStats, VerifierStats } from './observability/stats.ts';
export type { TimingStats } from './observability/timing-metrics.ts';
export type { ClientCertificateHeader, DpopNonceOptions, ReplayStore } from './options/binding-options.ts';
export type {
  CommonOptions,
  DpopOptions,
  HttpOptions,
  IssuerOptions,
  IssuerResolver,
  KeyCacheOptions,
  ManyIssuersOptions,
  ManyIssuersResourceOptions,
  MtlsOptions,
  ResourceIssuerOptions,
  ResourceOptions,
  ScopeHierarchy,
  SingleIssuerOptions,
  SingleIssuerResourceOptions,
  TokenCacheOptions,
  TokenPolicy,
  Verdict,
  VerifierOptions,
  WithOptional,
} from './options/options.ts';
export { type Auth0Options, auth0 } from './providers/auth0.ts';
export { type AuthentikOptions, authentik } from './providers/authentik.ts';
export { type CognitoOptions, cognito } from './providers/cognito.ts';
export { type DexOptions, dex } from './providers/dex.ts';
export { type EntraOptions, entra } from './providers/entra.ts';
export { type KeycloakOptions, keycloak } from './providers/keycloak.ts';
export { type OktaOptions, okta } from './providers/okta.ts';
export type { ManyIssuersProviderOptions, ProviderOptions, WithResource } from './providers/provider-options.ts';
export {
  alb,
  cloudflare,
  envoy,
  haproxy,
  nginx,
  type ProxyCertificateOptions,
  rfc9440,
} from './proxies/client-certificate-headers.ts';
export type { Challenge } from './request/challenge.ts';
export { drainBeforeEnd, type EndableResponse } from './request/drain-before-end.ts';
export { type DrainableRequest, type DrainableResponse, drainRequest } from './request/drain-request.ts';
export { fromNodeRequest } from './request/node-request-like.ts';
export { fromNodeResponse, keepChallengeOnWrite, type NodeResponse } from './request/node-response.ts';
export {
  type ClientConnection,
  type FetchContext,
  type FetchRequest,
  fromFetchRequest,
  type NodeRequest,
  type RequestLike,
} from './request/request.ts';
export {
  type HandledResponse,
  keepChallenge,
  type ResponseHeaders,
  setChallengeHeaders,
} from './request/response-headers.ts';
export { type HttpAnswer, toFetchResponse } from './request/to-fetch-response.ts';
export type { AuthenticationRequirement, Requirements } from './requirements.ts';
export {
  answerMetadata,
  answerMetadataOfOrigin,
  type MetadataAnswer,
  type MetadataResult,
} from './resource/answer-metadata.ts';
export {
  type ProtectedResource,
  type ProtectedResourceMetadata,
  protectedResourceMetadata,
  type ResourceServer,
} from './resource/protected-resource.ts';
export type { Clock } from './runtime/clock.ts';
export type { FetchLike } from './runtime/http-runtime.ts';
export type { ClaimPath } from './token/claim-names.ts';
export type { ExpectedIdToken } from './token/id-token.ts';
export type { Claims, JsonValue, JwsHeader, VerifiedToken } from './token/verified-token.ts';
export type { VerifyAllOptions } from './verification/verify-all-options.ts';
export type { ProofOptions, VerifyOptions } from './verification/verify-options.ts';
export type { AuthResult, GrantedResult, OptionalVerifier, Verifier, VerifierFor } from './verifier.ts';
export { version } from './version.ts';
