import { copyOptions } from '../lib/copy-options.ts';
import type { Clock } from '../runtime/clock.ts';
import { dpopOptions, type ResolvedDpop } from './dpop-options.ts';
import { policyOptions, type ResolvedPolicyOptions } from './issuer-options.ts';
import { mtlsOptions, type ResolvedMtls } from './mtls-options.ts';
import { OptionReader, type RawOptions } from './option-reader.ts';
import { type OptionTable, type ReadContext, readOptions } from './option-record.ts';
import type { CommonOptions, IssuerResolver, VerifierOptions } from './options.ts';
import { policyNames, type ResolvedIssuer, resolveIssuer, sourceNames } from './resolve-issuer.ts';
import { isAuthorizationServer, type ResolvedResourceOptions, readResource } from './resource-options.ts';
import {
  type GroupName,
  groupOptions,
  httpOptions,
  keyCacheOptions,
  type ResolvedHttp,
  type ResolvedKeyCache,
  type ResolvedTokenCache,
  type ResolvedVerifierOptions,
  tokenCacheOptions,
  verifierOptions,
} from './verifier-options.ts';

export type { ResolvedHttp, ResolvedKeyCache } from './verifier-options.ts';

type HookName = 'validate' | 'getToken' | 'onEvent' | 'log';
type Hooks = { readonly [Name in HookName]: CommonOptions[Name] | undefined };

/** The option `resource`, with defaults applied: its authorization servers may be those of the configured issuers. */
export interface ResolvedResource extends ResolvedResourceOptions {
  readonly authorizationServers: readonly string[];
}

/** The options of a verifier: checked, frozen, with defaults applied. */
export interface ResolvedOptions extends Omit<ResolvedVerifierOptions, HookName | 'issuers'> {
  readonly issuers: readonly ResolvedIssuer[] | IssuerResolver;
  /** The policy options for issuers that a resolver returns. */
  readonly shared: RawOptions;
  readonly keyCache: ResolvedKeyCache;
  readonly tokenCache: ResolvedTokenCache | false;
  readonly http: ResolvedHttp;
  /** Undefined if proofs are not verified. */
  readonly dpop: ResolvedDpop | undefined;
  /** Undefined if certificates are not read. */
  readonly mtls: ResolvedMtls | undefined;
  readonly resource: ResolvedResource | undefined;
  readonly hooks: Hooks;
  readonly clock: Clock;
}

/**
 * Checks the options of a verifier and applies the defaults. Reads the caller's object once and never writes to it.
 *
 * @throws ConfigurationError for the first option that cannot be used, with what to write instead.
 */
export function resolveOptions(options: VerifierOptions): ResolvedOptions {
  const names = [...sourceNames, ...policyNames, ...Object.keys(verifierOptions), ...Object.keys(groupOptions)];
  const reader = new OptionReader(options, '', names);
  const http = readGroup<ResolvedHttp>(reader, 'http', httpOptions);
  const given = readResource(reader, http);
  // The audience, too, so that each issuer may leave it out.
  const shared = { ...audienceOf(given), ...pick(reader, policyNames) };
  const { issuers, validate, getToken, onEvent, log, ...others } = readOptions<ResolvedVerifierOptions>(
    verifierOptions,
    reader,
  );
  const resolved = resolveIssuers(reader, issuers, shared, http);
  return Object.freeze({
    ...others,
    issuers: resolved,
    resource: given && resolveResource(reader, given, resolved, http),
    shared,
    keyCache: readGroup<ResolvedKeyCache>(reader, 'keyCache', keyCacheOptions),
    tokenCache:
      reader.raw('tokenCache') !== false && readGroup<ResolvedTokenCache>(reader, 'tokenCache', tokenCacheOptions),
    http,
    dpop: resolveDpop(reader),
    mtls: reader.raw('mtls') === undefined ? undefined : readGroup<ResolvedMtls>(reader, 'mtls', mtlsOptions),
    hooks: Object.freeze({ validate, getToken, onEvent, log }),
  });
}

function resolveDpop(reader: OptionReader): ResolvedDpop | undefined {
  if (reader.raw('dpop') === undefined) return undefined;
  if (reader.raw('getToken') !== undefined) {
    throw reader.fault('dpop', 'cannot be combined with getToken: a proof belongs to the Authorization header');
  }
  return readGroup<ResolvedDpop>(reader, 'dpop', dpopOptions);
}

/** Applies an issuer's own options over those for all issuers. Returns a value that is not an object unchanged. */
export function merge(shared: RawOptions, own: unknown): unknown {
  if (typeof own !== 'object' || own === null || Array.isArray(own)) return own;
  return { ...shared, ...defined(copyOptions(own)) };
}

function resolveIssuers(
  reader: OptionReader,
  issuers: ResolvedVerifierOptions['issuers'],
  shared: RawOptions,
  context: ReadContext,
): readonly ResolvedIssuer[] | IssuerResolver {
  if (issuers === undefined) {
    return Object.freeze([resolveIssuer({ ...shared, ...pick(reader, sourceNames) }, context, '')]);
  }
  const stray = sourceNames.find((name) => reader.raw(name) !== undefined);
  if (stray !== undefined) throw reader.fault(stray, 'cannot be combined with issuers: give it to each of them');
  if (typeof issuers === 'function') {
    // The values are read with the options of each issuer. Wrong ones must not wait for the first token.
    readOptions<ResolvedPolicyOptions>(policyOptions, reader);
    return issuers;
  }
  const resolved = issuers.map((entry, index) => resolveIssuer(merge(shared, entry), context, `issuers[${index}].`));
  const names = resolved.map(({ issuer }) => issuer);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw reader.fault('issuers', `names ${repeated} twice`);
  return Object.freeze(resolved);
}

function audienceOf(resource: ResolvedResourceOptions | undefined): RawOptions {
  return resource === undefined ? {} : { audience: resource.url };
}

function resolveResource(
  reader: OptionReader,
  resource: ResolvedResourceOptions,
  issuers: ResolvedOptions['issuers'],
  context: ReadContext,
): ResolvedResource {
  const { authorizationServers: given } = resource;
  const authorizationServers = given ?? (typeof issuers === 'function' ? [] : issuers.map(({ issuer }) => issuer));
  if (given === undefined) {
    const name = 'resource.authorizationServers';
    if (typeof issuers === 'function') {
      throw reader.fault(
        name,
        'is missing: clients cannot learn the issuers from a function. Write the list of issuers',
      );
    }
    const other = authorizationServers.find((issuer) => !isAuthorizationServer(issuer, context));
    if (other !== undefined) {
      throw reader.fault(
        name,
        `is missing: the issuer ${other} is not an https URL, from which clients can discover it`,
      );
    }
  }
  const [first] = authorizationServers;
  const isMirrored = typeof issuers !== 'function' && issuers.some(({ issuer }) => issuer === first);
  if (resource.mirrorAuthorizationServer && !isMirrored) {
    throw reader.fault('resource.mirrorAuthorizationServer', `needs ${first} among the configured issuers`);
  }
  return Object.freeze({ ...resource, authorizationServers: Object.freeze([...authorizationServers]) });
}

// Only undefined counts as absent: null may be meant to turn something off.
function readGroup<TResolved extends object>(
  reader: OptionReader,
  name: GroupName,
  table: OptionTable<TResolved>,
): TResolved {
  const value = reader.raw(name);
  const members = new OptionReader(value === undefined ? {} : value, `${name}.`, Object.keys(table));
  return readOptions<TResolved>(table, members);
}

function pick(reader: OptionReader, names: readonly string[]): RawOptions {
  return defined(Object.fromEntries(names.map((name) => [name, reader.raw(name)])));
}

function defined(options: object): RawOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
