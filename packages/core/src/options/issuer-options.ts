import { type Algorithm, allAlgorithms, defaultAlgorithms, parseAlgorithm } from '../crypto/algorithms.ts';
import { insecureUrlsFor, notSecure, secureHint, urlFault } from '../http/secure-url.ts';
import type { JSONWebKeySet } from '../keys/jwk.ts';
import { acrSyntax } from '../token/acr-syntax.ts';
import type { ClaimPath } from '../token/claim-names.ts';
import type { AccessTokenClaims } from '../token/claims.ts';
import { hasControlCharacter } from '../token/issuer-identifier.ts';
import type { ScopeClosure } from '../token/scope-hierarchy.ts';
import { discoveryFault, issuerTextFault } from './issuer-fault.ts';
import { oktaOrgServerFault } from './okta-hosts.ts';
import { didYouMean, type OptionReader } from './option-reader.ts';
import {
  booleanOption,
  contentOption,
  numberOption,
  type OptionRecord,
  type OptionTable,
  type ReadContext,
  required,
  type WithDefaults,
} from './option-record.ts';
import type { IssuerOptions, TokenPolicy } from './options.ts';
import { hasPlaceholder } from './placeholder.ts';
import { readJwks } from './read-jwks.ts';
import { scopeHierarchyOption } from './scope-hierarchy-option.ts';

const daysOfMaxAge = 30;

/** The default of `clockTolerance`, in seconds. */
export const defaultClockTolerance = 5;

/** The options that identify an issuer, with defaults applied. */
export interface ResolvedSource
  extends Omit<WithDefaults<Omit<IssuerOptions, keyof TokenPolicy>, 'issuer' | 'audience'>, 'audience'> {
  readonly audience: readonly string[] | null;
}

type Defaulted = Exclude<
  keyof TokenPolicy,
  'accessTokenClaims' | 'acrLevels' | 'clientIds' | 'maxLifetime' | 'maxTokenAge' | 'scopeImplies'
>;

/** The policy options, with defaults applied. */
export interface ResolvedPolicyOptions
  extends Omit<WithDefaults<TokenPolicy, Defaulted>, 'algorithms' | 'scopeImplies'> {
  readonly algorithms: readonly Algorithm[];
  readonly scopeImplies: ScopeClosure | undefined;
}

/** The options that identify an issuer. They cannot be given for several issuers at once. */
export const sourceOptions: OptionTable<ResolvedSource> = {
  issuer: contentOption({ default: required, separates: 'entry' }, readIssuer),
  audience: contentOption<readonly string[] | null>({ default: required, separates: 'nothing' }, readAudience),
  metadataUri: contentOption<string | undefined>({ default: undefined, separates: 'entry' }, (reader, name, context) =>
    readLocation(reader, name, context, ['jwks', 'jwksUri']),
  ),
  jwksUri: contentOption<string | undefined>({ default: undefined, separates: 'entry' }, (reader, name, context) =>
    readLocation(reader, name, context, ['jwks']),
  ),
  jwks: contentOption<JSONWebKeySet | undefined>({ default: undefined, separates: 'entry' }, readJwks),
};

/** The options that say which tokens of an issuer are accepted. */
export const policyOptions: OptionTable<ResolvedPolicyOptions> = {
  clientIds: contentOption<readonly string[] | undefined>({ default: undefined, separates: 'nothing' }, readTexts),
  algorithms: contentOption({ default: defaultAlgorithms, separates: 'nothing' }, readAlgorithms),
  tokenType: contentOption<'at+jwt' | 'compatible'>({ default: 'compatible', separates: 'nothing' }, (reader, name) =>
    reader.oneOf(name, ['at+jwt', 'compatible']),
  ),
  accessTokenClaims: contentOption<AccessTokenClaims | undefined>(
    { default: undefined, separates: 'nothing' },
    readAccessTokenClaims,
  ),
  dangerouslyAcceptIdTokens: booleanOption({ default: false, separates: 'nothing' }),
  acrLevels: contentOption<readonly string[] | undefined>({ default: undefined, separates: 'nothing' }, readLevels),
  clockTolerance: numberOption(
    { min: 0, max: 300, unit: 'seconds' },
    { default: defaultClockTolerance, separates: 'nothing' },
  ),
  maxTokenAge: numberOption(
    { min: 1, max: daysOfMaxAge * 86_400, unit: 'seconds' },
    { default: undefined, separates: 'nothing' },
  ),
  maxLifetime: numberOption(
    { min: 1, max: daysOfMaxAge * 86_400, unit: 'seconds' },
    { default: undefined, separates: 'nothing' },
  ),
  requiredClaims: contentOption<readonly string[]>({ default: Object.freeze([]), separates: 'nothing' }, readTexts),
  scopeClaims: claimsOption(['scope', 'scp']),
  scopeImplies: scopeHierarchyOption,
  roleClaims: claimsOption(['roles']),
  permissionClaims: claimsOption(['permissions']),
  groupClaims: claimsOption(['groups']),
};

function claimsOption(names: readonly string[]): OptionRecord<readonly ClaimPath[]> {
  return contentOption<readonly ClaimPath[]>({ default: Object.freeze(names), separates: 'nothing' }, readPaths);
}

function readTexts(reader: OptionReader, name: string): readonly string[] | undefined {
  return validated(reader, name, reader.texts(name));
}

function readLevels(reader: OptionReader, name: string): readonly string[] | undefined {
  const levels = reader.texts(name, "an array of acr values, such as ['low', 'mfa'],");
  const wrong = levels?.find((level, index) => !acrSyntax.test(level) || levels.indexOf(level) !== index);
  if (wrong === undefined) return levels;
  throw reader.fault(name, `must name each acr value once and without spaces, and ${JSON.stringify(wrong)} is not so`);
}

function readAccessTokenClaims(reader: OptionReader, name: string): AccessTokenClaims | undefined {
  const claims = reader.raw(name);
  if (claims === undefined) return undefined;
  const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
  const isAccepted = (value: unknown): boolean =>
    value === true || isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText));
  const isObject = typeof claims === 'object' && claims !== null && !Array.isArray(claims);
  const entries = isObject ? Object.entries(claims) : [];
  if (entries.length > 0 && entries.every(([claim, value]) => claim !== '' && isAccepted(value))) {
    return Object.freeze(
      Object.fromEntries(
        entries.map(([claim, value]) => [claim, Array.isArray(value) ? Object.freeze([...value]) : value]),
      ),
    );
  }
  throw reader.fault(name, "must be an object of one or more claims, such as { azp: true, token_use: 'access' }");
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

function readIssuer(reader: OptionReader, name: string, context: ReadContext): string {
  const issuer = reader.text(name);
  if (issuer === undefined) {
    throw reader.fault(
      name,
      'is missing: it is the URL in the iss claim, such as https://example.okta.com/oauth2/default',
    );
  }
  const isLocated = ['jwks', 'jwksUri', 'metadataUri'].some((location) => reader.raw(location) !== undefined);
  const fault =
    issuerTextFault(issuer) ?? (isLocated ? undefined : discoveryFault(issuer, context.dangerouslyAllowInsecure));
  if (fault !== undefined) throw reader.fault(name, fault);
  return issuer;
}

function readAudience(reader: OptionReader, name: string): readonly string[] | null {
  const audience = reader.raw(name);
  if (audience === null) return null;
  if (audience === undefined) {
    const issuer = reader.raw('issuer');
    const ofIssuer = reader.raw('jwks') === undefined ? oktaOrgServerFault(issuer) : undefined;
    if (ofIssuer !== undefined) throw reader.fault('issuer', ofIssuer);
    throw reader.fault(name, 'is missing: it is the aud claim for this API; null accepts every audience');
  }
  const text = typeof audience === 'string' ? reader.text(name) : undefined;
  const texts = text === undefined ? reader.texts(name, 'a string, or an array of strings') : Object.freeze([text]);
  return validated(reader, name, texts) ?? null;
}

// Each of these would refuse every token: a line end at the end of an environment variable, or an unfinished example.
function validated(
  reader: OptionReader,
  name: string,
  texts: readonly string[] | undefined,
): readonly string[] | undefined {
  const fault = texts?.map(textFault).find((found) => found !== undefined);
  if (fault !== undefined) throw reader.fault(name, fault);
  return texts;
}

function textFault(text: string): string | undefined {
  if (hasControlCharacter(text)) return 'contains a control character, such as a line end';
  if (text !== text.trim()) return 'begins or ends with white space';
  return hasPlaceholder(text) ? 'contains a placeholder: replace it with your own value' : undefined;
}

function readLocation(
  reader: OptionReader,
  name: string,
  context: ReadContext,
  alternatives: readonly string[],
): string | undefined {
  const location = reader.text(name);
  const issuer = reader.text('issuer');
  if (location === undefined || issuer === undefined) return undefined;
  const alternative = alternatives.find((other) => reader.raw(other) !== undefined);
  if (alternative !== undefined) throw reader.fault(name, `cannot be combined with ${alternative}`);
  if (hasPlaceholder(location)) throw reader.fault(name, 'contains a placeholder: replace it with your own value');
  const fault = urlFault(location, insecureUrlsFor(issuer, context.dangerouslyAllowInsecure));
  if (fault !== undefined) throw reader.fault(name, fault === notSecure ? secureHint(location) : fault);
  return location;
}

/** Reads a list of signature algorithms. */
export function readAlgorithms(reader: OptionReader, option: string): readonly Algorithm[] | undefined {
  const names = reader.texts(option, "an array of names, such as ['RS256'],");
  return names?.map((name) => parseAccepted(reader, option, name));
}

function parseAccepted(reader: OptionReader, option: string, name: string): Algorithm {
  const algorithm = parseAlgorithm(name);
  if (algorithm !== undefined) return algorithm;
  if (/^none$/i.test(name)) {
    throw reader.fault(option, "cannot contain 'none': any client can forge a token without a signature");
  }
  if (/^HS\d/.test(name)) {
    throw reader.fault(option, `cannot contain '${name}': with published keys, any client could sign with it`);
  }
  throw reader.fault(option, `contains '${name}', which is not supported${didYouMean(name, allAlgorithms)}`);
}
