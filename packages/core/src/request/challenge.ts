import type { AnyAuthError, AuthErrorCode } from '../errors.ts';
import { renderWwwAuthenticate, type SchemeChallenge } from './www-authenticate.ts';

/** The HTTP answer to a denied request as plain data. Adapters write it byte for byte. */
export interface Challenge {
  readonly status: 400 | 401 | 403 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const tokenInvalid = 'The access token is invalid';
const tokenMalformed = 'The access token is malformed';
const proofInvalid = 'The DPoP proof is invalid';

// The description depends on the code alone. All invalid tokens share one, so that a client cannot use it as an oracle.
const descriptions: Partial<Record<AuthErrorCode, string>> = {
  ERR_CREDENTIALS_MISSING: 'The request has no access token',
  ERR_CREDENTIALS_MALFORMED: 'The Authorization header is malformed',
  ERR_CREDENTIALS_REPEATED: 'The request has more than one set of credentials',
  ERR_TOKEN_EXPIRED: 'The access token expired',
  ERR_PROOF_TIME: 'The DPoP proof is too old or too new',
  ERR_PROOF_NONCE: 'The DPoP proof needs the nonce of the header DPoP-Nonce',
  ERR_AUTHENTICATION_INSUFFICIENT: 'The request needs another or a more recent login',
  ERR_SCOPE_INSUFFICIENT: 'The access token lacks a required scope',
  ERR_CLAIMS_INSUFFICIENT: 'The access token does not permit this request',
};

const unavailable = 'The access token cannot be verified at the moment';

/** Returns the text about an error that a client may see. */
export function publicDescription(error: AnyAuthError): string {
  const { code, status } = error;
  if (status === 400 && error.source === 'getToken') return tokenMalformed;
  if (code.startsWith('ERR_PROOF_')) return descriptions[code] ?? proofInvalid;
  return descriptions[code] ?? (status === 503 ? unavailable : tokenInvalid);
}

type Parameters = Readonly<Record<string, string>>;

/** The DPoP challenge of a verifier (RFC 9449, section 7.1). */
export interface AdvertisedDpop {
  /** Whether bearer tokens are refused. */
  readonly isRequired: boolean;
  /** The accepted algorithms of proofs, separated by spaces. */
  readonly algs: string;
}

/** The common part of the challenges of a verifier. */
export interface ChallengeSettings {
  /** The protection space, the first parameter of each challenge. */
  readonly realm: string;
  /** Undefined if the scheme DPoP is not accepted. */
  readonly dpop: AdvertisedDpop | undefined;
}

const maxRetryAfter = 300;

/** The parameters that the option `resource` adds to each challenge. */
export interface ResourceParameters {
  /** The scopes that the client needs; empty if none are to be named. */
  readonly scopes: readonly string[];
  /** The URL of the metadata of the resource. */
  readonly resourceMetadata: string;
}

/**
 * The answer to a denied request (RFC 6750, section 3). Pure: the same error and realm always give the same bytes, and
 * nothing in them comes from the request or the token.
 *
 * @param resource - Undefined without the option `resource`.
 */
export function challengeFor(
  error: AnyAuthError,
  settings: ChallengeSettings,
  resource?: ResourceParameters,
): Challenge {
  const description = publicDescription(error);
  const code = errorCodeOf(error);
  const body = JSON.stringify({ error: code, error_description: description });
  const headers = error.status === 503 ? retryHeaders(error.retryAfter) : challengeHeaders(error, settings, resource);
  return { status: error.status, headers: { ...headers, ...answerHeaders }, body };
}

// Replaces a `Cache-Control` of the application, by which a cache may store a denied request's answer for other clients.
const answerHeaders = { 'Cache-Control': 'no-store', 'Content-Type': 'application/json' };

const errorsOf401: Partial<Record<AuthErrorCode, string>> = {
  ERR_CREDENTIALS_MISSING: 'unauthorized',
  ERR_AUTHENTICATION_INSUFFICIENT: 'insufficient_user_authentication',
  ERR_PROOF_NONCE: 'use_dpop_nonce',
};

function errorCodeOf({ status, code }: AnyAuthError): string {
  switch (status) {
    case 400:
      return 'invalid_request';
    case 401:
      return errorOf401(code);
    case 403:
      return 'insufficient_scope';
    default:
      return 'temporarily_unavailable';
  }
}

function errorOf401(code: AuthErrorCode): string {
  return errorsOf401[code] ?? (code.startsWith('ERR_PROOF_') ? 'invalid_dpop_proof' : 'invalid_token');
}

function retryHeaders(retryAfter: number): Record<string, string> {
  return { 'Retry-After': String(Math.min(maxRetryAfter, Math.max(1, Math.ceil(retryAfter)))) };
}

function challengeHeaders(
  error: AnyAuthError,
  settings: ChallengeSettings,
  resource: ResourceParameters | undefined,
): Record<string, string> {
  const headers = { 'WWW-Authenticate': renderWwwAuthenticate(challengesFor(error, settings, resource)) };
  const nonce = Object.hasOwn(error, 'nonce') ? error.nonce : undefined;
  return nonce === undefined ? headers : { ...headers, 'DPoP-Nonce': nonce };
}

// Not by the presence of a member, which other code may add to every object.
function scopesOf(error: AnyAuthError): readonly string[] {
  return error.status === 403 || error.code === 'ERR_AUTHENTICATION_INSUFFICIENT' ? error.scope : [];
}

// Older clients read only the first challenge, and expect Bearer there.
function challengesFor(
  error: AnyAuthError,
  { realm, dpop }: ChallengeSettings,
  resource: ResourceParameters | undefined,
): readonly SchemeChallenge[] {
  const ofError = { ...errorParameters(error), ...scopeParameter(scopesOf(error)) };
  const ofResource = resource && { ...scopeParameter(resource.scopes), resource_metadata: resource.resourceMetadata };
  const bearer = (parameters: Parameters): SchemeChallenge => ({
    scheme: 'Bearer',
    parameters: { realm, ...parameters, ...ofResource },
  });
  if (dpop === undefined) return [bearer(ofError)];
  const { isRequired, algs } = dpop;
  const isDpop = error.scheme === 'DPoP';
  // RFC 9449, section 7.2: each scheme has its own challenge, and the error is that of the scheme of the request.
  const ofProof = isDpop || error.status === 400 || isRequired ? ofError : {};
  const proof: SchemeChallenge = { scheme: 'DPoP', parameters: { realm, ...ofProof, ...ofResource, algs } };
  if (isRequired) return [proof];
  if (error.status === 403) return isDpop ? [proof] : [bearer(ofError)];
  return [bearer(isDpop ? {} : ofError), proof];
}

// RFC 6750, section 3.1: a request without credentials gets no error parameter.
function errorParameters(error: AnyAuthError): Parameters {
  if (error.code === 'ERR_CREDENTIALS_MISSING') return {};
  return {
    error: errorCodeOf(error),
    error_description: publicDescription(error),
    ...authenticationParameters(error),
  };
}

function scopeParameter(scopes: readonly string[]): Record<string, string> {
  return scopes.length === 0 ? {} : { scope: scopes.join(' ') };
}

// RFC 9470, section 3.
function authenticationParameters(error: AnyAuthError): Record<string, string> {
  if (error.code !== 'ERR_AUTHENTICATION_INSUFFICIENT') return {};
  const { acrValues, maxAge } = error;
  return {
    ...(acrValues.length === 0 ? {} : { acr_values: acrValues.join(' ') }),
    ...(maxAge === undefined ? {} : { max_age: String(maxAge) }),
  };
}
