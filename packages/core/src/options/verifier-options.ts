import { ConfigurationError } from '../errors.ts';
import type { DocumentHeaders } from '../http/document-headers.ts';
import { isPlainObject } from '../lib/copy-options.ts';
import { type Clock, systemClock } from '../runtime/clock.ts';
import type { FetchLike } from '../runtime/http-runtime.ts';
import { dpopOptions } from './dpop-options.ts';
import { mtlsOptions } from './mtls-options.ts';
import type { OptionReader } from './option-reader.ts';
import {
  booleanOption,
  contentOption,
  functionOption,
  identityOption,
  numberOption,
  type OptionTable,
  type WithDefaults,
} from './option-record.ts';
import type {
  CommonOptions,
  HttpOptions,
  IssuerResolver,
  KeyCacheOptions,
  ManyIssuersOptions,
  TokenCacheOptions,
} from './options.ts';
import { resourceOptions } from './resource-options.ts';
import { validatedClock } from './validated-clock.ts';

/** The options that have members of their own. */
export type GroupName = 'keyCache' | 'tokenCache' | 'http' | 'resource' | 'dpop' | 'mtls';

/** The `keyCache` options, with defaults applied. */
export type ResolvedKeyCache = WithDefaults<KeyCacheOptions, 'refreshAhead' | 'staleFor' | 'maxIssuers'>;

/** The `tokenCache` options, with defaults applied. */
export type ResolvedTokenCache = WithDefaults<TokenCacheOptions, 'maxEntries'>;

/** The `http` options, with defaults applied. */
export type ResolvedHttp = WithDefaults<HttpOptions, Exclude<keyof HttpOptions, 'dispatcher' | 'fetch'>>;

/** The issuers as they were given: a list whose entries are still to be checked, or a function. */
type GivenIssuers = readonly unknown[] | IssuerResolver;

type NamedPolicies = NonNullable<CommonOptions['policies']>;

/** The options of a verifier without those of its issuers and without groups, with defaults applied. */
export interface ResolvedVerifierOptions
  extends WithDefaults<Omit<CommonOptions, GroupName>, 'maxTokenSize' | 'realm' | 'optional' | 'debug' | 'clock'>,
    Record<keyof Pick<ManyIssuersOptions, 'issuers'>, GivenIssuers | undefined> {}

/** The options of a verifier, without those of its issuers and without groups. */
export const verifierOptions: OptionTable<ResolvedVerifierOptions> = {
  issuers: contentOption<GivenIssuers | undefined>({ default: undefined, separates: 'nothing' }, readIssuers),
  maxTokenSize: numberOption(
    { min: 256, max: 1_048_576, unit: 'characters', integer: true },
    { default: 16_384, separates: 'nothing' },
  ),
  validate: functionOption<NonNullable<CommonOptions['validate']>>('nothing'),
  getToken: functionOption<NonNullable<CommonOptions['getToken']>>('nothing'),
  realm: contentOption<string>({ default: 'api', separates: 'nothing' }, readRealm),
  optional: booleanOption({ default: false, separates: 'nothing' }),
  policies: contentOption<NamedPolicies | undefined>({ default: undefined, separates: 'nothing' }, readPolicies),
  debug: booleanOption({ default: false, separates: 'nothing' }),
  onEvent: functionOption<NonNullable<CommonOptions['onEvent']>>('nothing'),
  log: functionOption<NonNullable<CommonOptions['log']>>('nothing'),
  clock: identityOption<Clock>({ default: systemClock, separates: 'entry' }, readClock),
};

/** The members of `keyCache`. */
export const keyCacheOptions: OptionTable<ResolvedKeyCache> = {
  ttl: numberOption({ min: 10, max: 86_400, unit: 'seconds' }, { default: undefined, separates: 'entry' }),
  refreshAhead: numberOption({ min: 0.1, max: 0.9 }, { default: 0.8, separates: 'entry' }),
  staleFor: numberOption({ min: 0, max: 604_800, unit: 'seconds' }, { default: 86_400, separates: 'entry' }),
  maxIssuers: numberOption({ min: 1, max: 100_000, integer: true }, { default: 128, separates: 'nothing' }),
};

/** The members of `tokenCache`. */
export const tokenCacheOptions: OptionTable<ResolvedTokenCache> = {
  maxEntries: numberOption({ min: 1, max: 1_000_000, integer: true }, { default: 5000, separates: 'nothing' }),
};

/** The members of `http`. */
export const httpOptions: OptionTable<ResolvedHttp> = {
  timeout: numberOption({ min: 0.1, max: 60, unit: 'seconds' }, { default: 5, separates: 'pool' }),
  connections: numberOption({ min: 1, max: 256, integer: true }, { default: 4, separates: 'pool' }),
  maxResponseSize: numberOption(
    { min: 1024, max: 16_777_216, unit: 'bytes', integer: true },
    { default: 262_144, separates: 'pool' },
  ),
  headers: contentOption<DocumentHeaders>({ default: Object.freeze({}), separates: 'entry' }, readHeaders),
  dispatcher: identityOption<object | undefined>({ default: undefined, separates: 'pool' }, readDispatcher),
  fetch: functionOption<FetchLike>('pool'),
  dangerouslyAllowInsecure: contentOption<readonly string[]>(
    { default: Object.freeze([]), separates: 'entry' },
    readOrigins,
  ),
};

/** The members of every group. */
export const groupOptions: Readonly<Record<GroupName, object>> = {
  keyCache: keyCacheOptions,
  tokenCache: tokenCacheOptions,
  http: httpOptions,
  dpop: dpopOptions,
  mtls: mtlsOptions,
  resource: resourceOptions,
};

function readIssuers(reader: OptionReader, name: string): GivenIssuers | undefined {
  const issuers = reader.raw(name);
  if (issuers === undefined || typeof issuers === 'function') return issuers as IssuerResolver | undefined;
  if (Array.isArray(issuers) && issuers.length > 0) return issuers;
  throw reader.fault(name, 'must be an array of { issuer, audience }, or a function that returns one');
}

// Their requirements are validated where those of routes are.
function readPolicies(reader: OptionReader, name: string): NamedPolicies | undefined {
  const policies = reader.raw(name);
  if (policies === undefined) return undefined;
  const copy = isPlainObject(policies) ? { ...policies } : {};
  if (Object.keys(copy).length > 0 && !Object.hasOwn(copy, '')) return Object.freeze(copy) as NamedPolicies;
  throw reader.fault(name, "must be an object of requirements by name, such as { orders: { scope: 'read:orders' } }");
}

function readRealm(reader: OptionReader, name: string): string | undefined {
  const realm = reader.text(name);
  if (realm !== undefined && /[^\x20-\x7e]/.test(realm)) throw reader.fault(name, 'must be printable ASCII');
  return realm;
}

function readClock(reader: OptionReader, name: string): Clock | undefined {
  const value = reader.raw(name);
  if (value === undefined) return undefined;
  const clock = value as Partial<Clock> | null;
  if (typeof clock?.now === 'function' && typeof clock.monotonic === 'function') return validatedClock(value as Clock);
  throw reader.fault(name, 'must have the functions now() and monotonic(), both in seconds');
}

function readHeaders(reader: OptionReader, name: string): DocumentHeaders | undefined {
  const value = reader.raw(name);
  if (value === undefined || typeof value === 'function') return value as DocumentHeaders | undefined;
  try {
    return Object.freeze(Object.fromEntries(new Headers(value as Record<string, string>).entries()));
  } catch (cause) {
    throw new ConfigurationError(
      `http.${name} must be an object of header names and values, or a function that returns one`,
      { cause },
    );
  }
}

function readDispatcher(reader: OptionReader, name: string): object | undefined {
  const dispatcher = reader.raw(name) as { dispatch?: unknown } | undefined;
  if (dispatcher === undefined) return undefined;
  if (typeof dispatcher?.dispatch !== 'function') {
    throw reader.fault(name, 'must be an undici dispatcher, such as new Agent()');
  }
  if (reader.raw('fetch') !== undefined) throw reader.fault(name, 'cannot be combined with http.fetch');
  return dispatcher;
}

function readOrigins(reader: OptionReader, name: string): readonly string[] | undefined {
  const origins = reader.texts(name)?.map((text) => text.replace(/(?<=[^/])\/$/, ''));
  const isOrigin = (text: string): boolean =>
    URL.canParse(text) && new URL(text).origin === text && /^http:[^*]+$/.test(text);
  if (origins === undefined || origins.every(isOrigin)) return origins && Object.freeze(origins);
  throw reader.fault(name, 'must list http origins, such as http://keycloak:8080');
}
