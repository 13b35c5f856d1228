import { type AnyAuthError, type AuthErrorCode, isAuthError } from '../errors.ts';
import type { TrustedIssuers } from '../issuers/trusted-issuers.ts';
import type { ResolvedIssuer, ResolvedPolicy } from '../options/resolve-issuer.ts';
import type { ResolvedOptions } from '../options/resolve-options.ts';
import { isPreflightError } from '../request/preflight.ts';

/** The configuration that refusals are explained with. */
export interface AdviceSettings {
  /** The configured issuers; undefined if a function decides. */
  readonly issuers: readonly ResolvedIssuer[] | undefined;
  /** The policy for the issuer of the token; undefined if the token named no trusted issuer. */
  readonly policy: ResolvedPolicy | undefined;
  readonly maxTokenSize: number;
  /** Whether tokens are read from the Authorization header; false with the option getToken. */
  readonly readsHeader: boolean;
}

type Advise = (settings: AdviceSettings, error: AnyAuthError) => string;

// A warning is one line of a log.
const maxNames = 5;

const signedElsewhere: Advise = ({ issuers }) =>
  `${keysOf(issuers)}: if new tokens are refused too, another environment of the issuer signed them`;

const advice: Partial<Record<AuthErrorCode, Advise>> = {
  ERR_CREDENTIALS_MISSING: missingAdvice,
  ERR_CREDENTIALS_MALFORMED: () => 'send "Authorization: Bearer <token>", without quotes and without a second "Bearer"',
  ERR_CREDENTIALS_REPEATED: () => 'send one Authorization header; a proxy may add another one',
  ERR_TOKEN_MALFORMED: () =>
    'send a signed JWT: the authorization server issues one if the client requests a token for this API',
  ERR_TOKEN_TOO_LARGE: ({ maxTokenSize }) => `maxTokenSize is ${maxTokenSize}`,
  ERR_TOKEN_TYPE: ({ policy }) => `${typeOptions(policy)}: send the access token, not the ID token`,
  ERR_ALG_NOT_ALLOWED: ({ policy }) =>
    `${namesOf('algorithms', policy && [...new Set(policy.algorithms.byName.values())])}: add the one that the issuer signs with, if it is one with a public key`,
  ERR_CRIT_UNSUPPORTED: () => 'no option accepts such tokens: configure the issuer to omit "crit" and "b64"',
  ERR_ISSUER_UNKNOWN: ({ issuers }) =>
    issuers === undefined
      ? 'issuers is a function: it must return options for the iss of the tokens'
      : `issuer is ${listOf(issuers.map(({ issuer }) => issuer))}: iss of the tokens must equal it in every character, also in a trailing slash`,
  ERR_KEY_NOT_FOUND: signedElsewhere,
  ERR_KEY_AMBIGUOUS: () => 'no option selects a key: configure the issuer to give each key a kid',
  ERR_SIGNATURE_INVALID: signedElsewhere,
  ERR_TOKEN_EXPIRED: clockAdvice,
  ERR_TOKEN_NOT_YET_VALID: clockAdvice,
  ERR_TOKEN_TOO_OLD: ({ policy }) => `${secondsOf('maxTokenAge', policy)}: request new tokens`,
  ERR_AUDIENCE_MISMATCH: ({ policy }) =>
    `${namesOf('audience', policy?.audience)}: aud of the tokens must contain one of them`,
  ERR_CLAIM_MISSING: claimAdvice,
  ERR_CLAIM_INVALID: claimAdvice,
  ERR_BINDING_REQUIRED: () =>
    'no option accepts tokens that are bound to a key: configure the client to request others',
  ERR_TOKEN_REJECTED: () => 'validate is the function that refused them',
  ERR_AUTHENTICATION_INSUFFICIENT: () =>
    'configure the issuer to write acr and auth_time into its access tokens; acrLevels gives values of acr an order',
  ERR_SCOPE_INSUFFICIENT: (_settings, error) =>
    `the route requires ${listOf('scope' in error ? error.scope : [])}: configure the client to request it; scopeClaims names the claims with the scopes`,
  ERR_CLAIMS_INSUFFICIENT: () =>
    'roleClaims, permissionClaims and groupClaims name the claims that the route is compared with',
};

// Refused by the expectations of one call instead of the options.
const withoutAdvice = new WeakSet<object>();

/** Returns the settings for a token of the given issuer. */
export function adviceSettings(
  { issuers, maxTokenSize, hooks }: ResolvedOptions,
  trusted: TrustedIssuers,
  issuer: string | undefined,
): AdviceSettings {
  const configured = typeof issuers === 'function' ? undefined : issuers;
  const only = configured?.length === 1 ? configured[0]?.policy : undefined;
  return {
    issuers: configured,
    policy: trusted.findNow(issuer)?.policy ?? only,
    maxTokenSize,
    readsHeader: hooks.getToken === undefined,
  };
}

/** Marks an error that no option is the reason of. Returns the error. */
export function withoutAdviceOn<TError>(error: TError): TError {
  if (isAuthError(error)) withoutAdvice.add(error);
  return error;
}

/** Returns what is configured and what to change. Names no value of the token; undefined without advice. */
export function adviseOn(error: AnyAuthError, settings: AdviceSettings): string | undefined {
  return withoutAdvice.has(error) ? undefined : advice[error.code]?.(settings, error);
}

function missingAdvice({ readsHeader }: AdviceSettings, error: AnyAuthError): string {
  if (isPreflightError(error)) return 'browsers send preflights without a token: add CORS before the authentication';
  return readsHeader
    ? 'send "Authorization: Bearer <token>"; if the client does, a proxy removes it: configure the proxy to pass it on'
    : 'getToken is the option that found no token in them';
}

function clockAdvice({ policy }: AdviceSettings): string {
  return `${secondsOf('clockTolerance', policy)}: request new tokens, and compare the clocks`;
}

function secondsOf(option: 'clockTolerance' | 'maxTokenAge', policy: ResolvedPolicy | undefined): string {
  const seconds = policy?.[option];
  return seconds === undefined ? `the option is ${option}` : `${option} is ${seconds} s`;
}

function typeOptions(policy: ResolvedPolicy | undefined): string {
  const { tokenType = 'compatible', accessTokenClaims } = policy ?? {};
  const claims =
    accessTokenClaims === undefined ? '' : `, accessTokenClaims names ${listOf(Object.keys(accessTokenClaims))}`;
  return `tokenType is "${tokenType}"${claims}`;
}

function claimAdvice({ policy }: AdviceSettings, error: AnyAuthError): string {
  const claim = 'claim' in error ? error.claim : undefined;
  if (claim === 'client_id' && policy?.clientIds !== undefined) return `clientIds is ${listOf(policy.clientIds)}`;
  if (claim === 'exp' && policy?.maxLifetime !== undefined)
    return `maxLifetime is ${policy.maxLifetime} s: configure the issuer to issue tokens that expire sooner`;
  if (claim === 'aud') return `${namesOf('audience', policy?.audience)}: configure the issuer to add aud`;
  const required = policy?.requiredClaims ?? [];
  const names = required.length === 0 ? 'no claims' : listOf(required);
  return `requiredClaims names ${names}, and tokenType is "${policy?.tokenType ?? 'compatible'}"`;
}

function keysOf(issuers: readonly ResolvedIssuer[] | undefined): string {
  const [first, ...others] = issuers ?? [];
  if (first === undefined || others.length > 0) return 'the keys are those that the issuer publishes';
  if (first.jwks !== undefined) return 'the keys are those of the option jwks';
  return first.jwksUri === undefined
    ? `the keys are those that the metadata of ${first.issuer} name`
    : `jwksUri is ${first.jwksUri}`;
}

function namesOf(option: string, names: readonly string[] | null | undefined): string {
  return names === undefined || names === null ? `the option is ${option}` : `${option} is ${listOf(names)}`;
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, maxNames).map((name) => JSON.stringify(name));
  return names.length > maxNames ? `${shown.join(', ')} and ${names.length - maxNames} more` : shown.join(', ');
}
