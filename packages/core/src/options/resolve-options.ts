import { ConfigurationError } from '../errors.ts';
import { systemClock } from '../runtime/clock.ts';
import type { FetchLike } from '../runtime/http-runtime.ts';
import { OptionReader, type RawOptions } from './option-reader.ts';
import type { CommonOptions, IssuerResolver, VerifierOptions } from './options.ts';
import { commonIssuerNames, policyNames, type ResolvedIssuer, resolveIssuer } from './resolve-issuer.ts';

/** The `http` options, with every default filled in. */
export interface ResolvedHttp {
  readonly timeout: number;
  readonly connections: number;
  readonly maxResponseSize: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: object | undefined;
  readonly fetch: FetchLike | undefined;
  readonly insecureOrigins: readonly string[];
}

/** The `keyCache` options, with every default filled in. */
export interface ResolvedKeyCache {
  readonly ttl: number | undefined;
  readonly refreshAhead: number;
  readonly staleFor: number;
  readonly maxIssuers: number;
}

type Hooks = Pick<CommonOptions, 'validate' | 'getToken' | 'onEvent'>;

/** The options of a verifier, checked, with every default filled in, and frozen. */
export interface ResolvedOptions {
  readonly issuers: readonly ResolvedIssuer[] | IssuerResolver;
  /** The policy options that hold for issuers that a resolver names. */
  readonly shared: RawOptions;
  readonly maxTokenSize: number;
  readonly realm: string;
  readonly optional: boolean;
  readonly keyCache: ResolvedKeyCache;
  readonly tokenCache: { readonly maxEntries: number } | false;
  readonly http: ResolvedHttp;
  readonly hooks: { readonly [Name in keyof Hooks]-?: Hooks[Name] | undefined };
  readonly clock: NonNullable<CommonOptions['clock']>;
}

const commonNames = [
  'maxTokenSize',
  'validate',
  'getToken',
  'realm',
  'keyCache',
  'tokenCache',
  'http',
  'optional',
  'onEvent',
  'clock',
];

/**
 * Checks the options of a verifier and fills in the defaults. The caller's object is read once and never written.
 *
 * @throws ConfigurationError for the first option that cannot work, with what to write instead.
 */
export function resolveOptions(options: VerifierOptions): ResolvedOptions {
  const reader = new OptionReader(options, '', [...commonIssuerNames, 'issuers', ...policyNames, ...commonNames]);
  const http = resolveHttp(group(reader, 'http'));
  const shared = pick(options, policyNames);
  return Object.freeze({
    issuers: resolveIssuers(reader, options, http, shared),
    shared,
    maxTokenSize:
      reader.number('maxTokenSize', { min: 256, max: 1_048_576, unit: 'characters', integer: true }) ?? 16_384,
    realm: resolveRealm(reader),
    optional: reader.boolean('optional') ?? false,
    keyCache: resolveKeyCache(group(reader, 'keyCache')),
    tokenCache: resolveTokenCache(group(reader, 'tokenCache')),
    http,
    hooks: Object.freeze({
      validate: reader.function<NonNullable<Hooks['validate']>>('validate'),
      getToken: reader.function<NonNullable<Hooks['getToken']>>('getToken'),
      onEvent: reader.function<NonNullable<Hooks['onEvent']>>('onEvent'),
    }),
    clock: resolveClock(reader.raw('clock')),
  });
}

function resolveIssuers(
  reader: OptionReader,
  options: VerifierOptions,
  http: ResolvedHttp,
  shared: RawOptions,
): readonly ResolvedIssuer[] | IssuerResolver {
  const many = reader.raw('issuers');
  if (many === undefined) {
    return Object.freeze([resolveIssuer(pick(options, [...commonIssuerNames, ...policyNames]), http, '')]);
  }
  const stray = commonIssuerNames.find((name) => reader.raw(name) !== undefined);
  if (stray !== undefined) throw reader.fault(stray, 'cannot stand beside issuers: give it to each of them');
  if (typeof many === 'function') return many as IssuerResolver;
  if (!Array.isArray(many) || many.length === 0) {
    throw reader.fault('issuers', 'must be an array of { issuer, audience }, or a function that returns one');
  }
  const resolved = many.map((entry, index) => resolveIssuer(merge(shared, entry), http, `issuers[${index}].`));
  const names = resolved.map(({ issuer }) => issuer);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw reader.fault('issuers', `names ${repeated} twice`);
  return Object.freeze(resolved);
}

/** An issuer's own options over those that hold for all; what is no object is left for the check that follows. */
export function merge(shared: RawOptions, own: unknown): unknown {
  return typeof own === 'object' && own !== null ? { ...shared, ...defined(own) } : own;
}

// Only what is left out has defaults: null may have been meant to turn something off.
function group(reader: OptionReader, name: string): unknown {
  const value = reader.raw(name);
  return value === undefined ? {} : value;
}

function resolveRealm(reader: OptionReader): string {
  const realm = reader.text('realm') ?? 'api';
  if (/[^\x20-\x7e]/.test(realm)) throw reader.fault('realm', 'must be printable ASCII');
  return realm;
}

function resolveKeyCache(value: unknown): ResolvedKeyCache {
  const reader = new OptionReader(value, 'keyCache.', ['ttl', 'refreshAhead', 'staleFor', 'maxIssuers']);
  return Object.freeze({
    ttl: reader.number('ttl', { min: 10, max: 86_400, unit: 'seconds' }),
    refreshAhead: reader.number('refreshAhead', { min: 0.1, max: 0.9 }) ?? 0.8,
    staleFor: reader.number('staleFor', { min: 0, max: 604_800, unit: 'seconds' }) ?? 86_400,
    maxIssuers: reader.number('maxIssuers', { min: 1, max: 100_000, integer: true }) ?? 128,
  });
}

function resolveTokenCache(value: unknown): { readonly maxEntries: number } | false {
  if (value === false) return false;
  const reader = new OptionReader(value, 'tokenCache.', ['maxEntries']);
  return Object.freeze({
    maxEntries: reader.number('maxEntries', { min: 1, max: 1_000_000, integer: true }) ?? 5000,
  });
}

function resolveHttp(value: unknown): ResolvedHttp {
  const names = [
    'timeout',
    'connections',
    'maxResponseSize',
    'headers',
    'dispatcher',
    'fetch',
    'dangerouslyAllowInsecure',
  ];
  const reader = new OptionReader(value, 'http.', names);
  const dispatcher = reader.raw('dispatcher') as { dispatch?: unknown } | undefined;
  const fetch = reader.function<FetchLike>('fetch');
  if (dispatcher !== undefined && typeof dispatcher?.dispatch !== 'function') {
    throw reader.fault('dispatcher', 'must be an undici dispatcher, such as new Agent()');
  }
  if (dispatcher !== undefined && fetch !== undefined)
    throw reader.fault('dispatcher', 'cannot stand beside http.fetch');
  return Object.freeze({
    timeout: reader.number('timeout', { min: 0.1, max: 60, unit: 'seconds' }) ?? 5,
    connections: reader.number('connections', { min: 1, max: 256, integer: true }) ?? 4,
    maxResponseSize:
      reader.number('maxResponseSize', { min: 1024, max: 16_777_216, unit: 'bytes', integer: true }) ?? 262_144,
    headers: resolveHeaders(reader),
    dispatcher,
    fetch,
    insecureOrigins: resolveOrigins(reader),
  });
}

function resolveHeaders(reader: OptionReader): Readonly<Record<string, string>> {
  const value = reader.raw('headers');
  if (value === undefined) return Object.freeze({});
  try {
    return Object.freeze(Object.fromEntries(new Headers(value as Record<string, string>).entries()));
  } catch (cause) {
    throw new ConfigurationError('http.headers must be an object of header names and values', { cause });
  }
}

function resolveOrigins(reader: OptionReader): readonly string[] {
  const origins = reader.texts('dangerouslyAllowInsecure') ?? Object.freeze([]);
  for (const origin of origins) {
    const isOrigin = URL.canParse(origin) && new URL(origin).origin === origin && /^http:[^*]+$/.test(origin);
    if (!isOrigin)
      throw reader.fault('dangerouslyAllowInsecure', 'must list http origins, such as http://keycloak:8080');
  }
  return origins;
}

function resolveClock(value: unknown): ResolvedOptions['clock'] {
  if (value === undefined) return systemClock;
  const clock = value as Partial<ResolvedOptions['clock']> | null;
  if (typeof clock?.now === 'function' && typeof clock.monotonic === 'function')
    return value as ResolvedOptions['clock'];
  throw new ConfigurationError('clock must have the functions now() and monotonic(), both in seconds');
}

function pick(options: object, names: readonly string[]): RawOptions {
  return defined(Object.fromEntries(names.map((name) => [name, (options as RawOptions)[name]])));
}

function defined(options: object): RawOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
