import {
  type AcceptedAlgorithms,
  type Algorithm,
  acceptAlgorithms,
  allAlgorithms,
  parseAlgorithm,
} from '../crypto/algorithms.ts';
import { insecureUrlsFor, notAbsolute, notSecure, urlFault } from '../http/secure-url.ts';
import type { JSONWebKey, JSONWebKeySet } from '../keys/jwk.ts';
import { hasPrivateParts } from '../keys/jwk.ts';
import { type ClaimPath, createNameReader, type NameReader } from '../token/claim-names.ts';
import type { ClaimsPolicy } from '../token/claims.ts';
import { oktaIssuerFault } from './okta-hosts.ts';
import { didYouMean, OptionReader } from './option-reader.ts';

/** The policy of one issuer, with every default filled in. */
export interface ResolvedPolicy extends ClaimsPolicy {
  readonly algorithms: AcceptedAlgorithms;
  readonly readScopes: NameReader;
  readonly readRoles: NameReader;
  readonly readPermissions: NameReader;
  readonly readGroups: NameReader;
}

/** One issuer, with every default filled in. */
export interface ResolvedIssuer {
  readonly issuer: string;
  readonly jwksUri: string | undefined;
  readonly jwks: JSONWebKeySet | undefined;
  readonly policy: ResolvedPolicy;
}

/** The options that say what issuer it is. */
export const commonIssuerNames: readonly string[] = ['issuer', 'audience', 'jwksUri', 'jwks'];

/** The options that say what is demanded of its tokens. */
export const policyNames: readonly string[] = [
  'clientIds',
  'algorithms',
  'tokenType',
  'clockTolerance',
  'maxTokenAge',
  'requiredClaims',
  'scopeClaims',
  'roleClaims',
  'permissionClaims',
  'groupClaims',
];

const monthOfSeconds = 2_592_000;

/**
 * Checks the options of one issuer and fills in the defaults.
 *
 * @param path - What stands before the name of an option in an error.
 * @throws ConfigurationError for the first option that cannot work, with what to write instead.
 */
export function resolveIssuer(
  options: unknown,
  { insecureOrigins }: { readonly insecureOrigins: readonly string[] },
  path: string,
): ResolvedIssuer {
  const reader = new OptionReader(options, path, [...commonIssuerNames, ...policyNames]);
  const issuer = readIssuer(reader, insecureOrigins);
  return Object.freeze({
    issuer,
    jwksUri: readJwksUri(reader, issuer, insecureOrigins),
    jwks: readJwks(reader),
    policy: readPolicy(reader),
  });
}

function readPolicy(reader: OptionReader): ResolvedPolicy {
  return Object.freeze({
    audience: readAudience(reader),
    clientIds: reader.texts('clientIds'),
    algorithms: acceptAlgorithms(readAlgorithms(reader)),
    tokenType: reader.oneOf('tokenType', ['at+jwt', 'compatible']) ?? 'compatible',
    clockTolerance: reader.number('clockTolerance', { min: 0, max: 300, unit: 'seconds' }) ?? 5,
    maxTokenAge: reader.number('maxTokenAge', { min: 1, max: monthOfSeconds, unit: 'seconds' }),
    requiredClaims: reader.texts('requiredClaims') ?? [],
    readScopes: createNameReader(readPaths(reader, 'scopeClaims') ?? ['scope', 'scp']),
    readRoles: createNameReader(readPaths(reader, 'roleClaims') ?? ['roles']),
    readPermissions: createNameReader(readPaths(reader, 'permissionClaims') ?? ['permissions']),
    readGroups: createNameReader(readPaths(reader, 'groupClaims') ?? ['groups']),
  });
}

function readPaths(reader: OptionReader, name: string): readonly ClaimPath[] | undefined {
  const paths = reader.raw(name);
  if (paths === undefined) return undefined;
  const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';
  const isPath = (value: unknown): value is ClaimPath =>
    isName(value) || (Array.isArray(value) && value.length > 0 && value.every(isName));
  if (Array.isArray(paths) && paths.every(isPath)) return Object.freeze(structuredClone(paths));
  throw reader.fault(name, "must be an array of claim names, such as ['roles', 'realm_access.roles']");
}

function readIssuer(reader: OptionReader, insecureOrigins: readonly string[]): string {
  const issuer = reader.text('issuer');
  if (issuer === undefined) {
    throw reader.fault(
      'issuer',
      'is missing: it is the URL in the iss claim, such as https://example.okta.com/oauth2/default',
    );
  }
  const fault = issuerFault(issuer, insecureOrigins);
  if (fault !== undefined) throw reader.fault('issuer', fault);
  return issuer;
}

function issuerFault(issuer: string, insecureOrigins: readonly string[]): string | undefined {
  if (/[{}<>]|your[-_]?(?:okta[-_]?)?domain/i.test(issuer))
    return 'still holds a placeholder: put your own domain there';
  if (/^https?:\/\/https?:/i.test(issuer)) return 'has "https://" twice';
  if (/[\s\\]/.test(issuer)) return 'contains a space or a backslash';
  if (issuer.includes('/.well-known/'))
    return 'is the address of its metadata: leave out /.well-known/ and what follows';
  if (/[?#]/.test(issuer)) return 'must have neither a query nor a fragment (RFC 8414, section 2)';
  const fault = urlFault(issuer, { allowLoopback: true, origins: insecureOrigins });
  if (fault === notSecure) {
    return 'must use https; http is for loopback, and for origins in http.dangerouslyAllowInsecure';
  }
  if (fault === notAbsolute) return 'must be an absolute URL, such as https://example.okta.com/oauth2/default';
  return fault ?? oktaIssuerFault(new URL(issuer));
}

function readAudience(reader: OptionReader): readonly string[] | null {
  const audience = reader.raw('audience');
  if (audience === null) return null;
  if (audience === undefined) {
    throw reader.fault(
      'audience',
      'is missing: it is what aud says for this API; null accepts every audience, on purpose',
    );
  }
  if (typeof audience !== 'string') return reader.texts('audience', 'a string, or an array of strings') ?? null;
  const text = reader.text('audience');
  return text === undefined ? null : Object.freeze([text]);
}

function readJwksUri(reader: OptionReader, issuer: string, insecureOrigins: readonly string[]): string | undefined {
  const jwksUri = reader.text('jwksUri');
  if (jwksUri === undefined) return undefined;
  if (reader.raw('jwks') !== undefined) throw reader.fault('jwksUri', 'cannot stand beside jwks');
  const fault = urlFault(jwksUri, insecureUrlsFor(issuer, insecureOrigins));
  if (fault !== undefined) throw reader.fault('jwksUri', fault);
  return jwksUri;
}

function readJwks(reader: OptionReader): JSONWebKeySet | undefined {
  const jwks = reader.raw('jwks');
  if (jwks === undefined) return undefined;
  const { keys } = (jwks ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw reader.fault('jwks', 'must be a JWK set: { keys: [...] }');
  const copy = plainCopy(keys);
  if (copy === undefined) throw reader.fault('jwks', 'holds something that JSON has no form for');
  if (copy.some((key) => typeof key === 'object' && key !== null && hasPrivateParts(key))) {
    throw reader.fault('jwks', 'holds a private or symmetric key: a verifier is given public keys only');
  }
  return Object.freeze({ keys: Object.freeze(copy) });
}

// As if it had been fetched.
function plainCopy(keys: readonly unknown[]): JSONWebKey[] | undefined {
  try {
    return JSON.parse(JSON.stringify(keys)) as JSONWebKey[];
  } catch {
    return undefined;
  }
}

function readAlgorithms(reader: OptionReader): readonly Algorithm[] {
  const names = reader.texts('algorithms', "an array of names, such as ['RS256'],");
  return names === undefined ? allAlgorithms : names.map((name) => readAlgorithm(reader, name));
}

function readAlgorithm(reader: OptionReader, name: string): Algorithm {
  const algorithm = parseAlgorithm(name);
  if (algorithm !== undefined) return algorithm;
  if (/^none$/i.test(name))
    throw reader.fault('algorithms', "cannot hold 'none': a token without a signature proves nothing");
  if (/^HS\d/.test(name)) {
    throw reader.fault('algorithms', `cannot hold '${name}': with published keys, anybody could sign with it`);
  }
  throw reader.fault('algorithms', `holds '${name}', which is not supported${didYouMean(name, allAlgorithms)}`);
}
