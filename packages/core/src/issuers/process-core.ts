import { createHttpClient } from '../http/http-client.ts';
import { systemClock } from '../runtime/clock.ts';
import type { HttpClient } from '../runtime/http-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { version } from '../version.ts';
import { createIssuerEntry, type EntryOptions, type IssuerEntry } from './issuer-entry.ts';
import { createSharedMap, type SharedMap } from './shared-map.ts';
import { createTokenCache, type TokenCache } from './token-cache.ts';

/** The one core of a process: its connection pools, its issuers and its proven tokens. */
interface ProcessCore {
  readonly clients: SharedMap<HttpClient>;
  readonly entries: SharedMap<IssuerEntry>;
  readonly tokens: TokenCache;
  /** A number for each object that tells one configuration from another. */
  readonly identities: WeakMap<object, number>;
  lastIdentity: number;
  readonly warned: Set<string>;
}

/** A hold on an issuer's entry. */
export interface EntryLease {
  readonly entry: IssuerEntry;
  /** Gives it up; the last hold on a connection pool closes it. */
  release(): Promise<void>;
  /** Gives it up without ending what requests may be waiting for. */
  retire(): Promise<void>;
}

/** The core of this process, whichever copy of this package asks: of one version, there is one. */
function processCore(): ProcessCore {
  const registry = globalThis as unknown as Record<symbol, ProcessCore | undefined>;
  const key = Symbol.for(`@verifier/core@${version}`);
  registry[key] ??= createProcessCore();
  return registry[key];
}

function createProcessCore(): ProcessCore {
  const tokens = createTokenCache();
  return {
    clients: createSharedMap((client) => client.close()),
    entries: createSharedMap((entry) => {
      entry.keys.close();
      tokens.clear(entry);
    }),
    tokens,
    identities: new WeakMap(),
    lastIdentity: 0,
    warned: new Set(),
  };
}

/** The proven tokens of this process, with room for so many. */
export function sharedTokenCache(maxEntries: number): TokenCache {
  const { tokens } = processCore();
  tokens.reserve(maxEntries);
  return tokens;
}

/** Tells the operator something once in the life of the process. */
export function warnOnce(runtime: Runtime, message: string, code: string): void {
  const { warned } = processCore();
  if (warned.has(message)) return;
  warned.add(message);
  runtime.warn(message, code);
}

/**
 * Takes hold of the entry of an issuer. Who asks with the same issuer, the same way to fetch and the same clock gets
 * the same entry; what is demanded of tokens plays no part.
 */
export function acquireEntry(options: EntryOptions, runtime: Runtime): EntryLease {
  const core = processCore();
  const clientKey = clientKeyOf(core, options, runtime);
  const entryKey = entryKeyOf(core, options, clientKey);
  const client = core.clients.acquire(clientKey, () => createHttpClient(options.http, runtime));
  try {
    const entry = core.entries.acquire(entryKey, () => createIssuerEntry(options, client, runtime));
    return {
      entry,
      release: () => release(core, entryKey, clientKey),
      retire: () => release(core, entryKey, clientKey, (retired) => retire(core, retired)),
    };
  } catch (error) {
    core.clients.release(clientKey);
    throw error;
  }
}

async function release(
  core: ProcessCore,
  entryKey: string,
  clientKey: string,
  end?: (entry: IssuerEntry) => void,
): Promise<void> {
  await core.entries.release(entryKey, end);
  await core.clients.release(clientKey);
}

function retire({ tokens }: ProcessCore, entry: IssuerEntry): void {
  entry.keys.retire();
  tokens.clear(entry);
}

function clientKeyOf(core: ProcessCore, { http }: EntryOptions, runtime: Runtime): string {
  const { timeout, connections, dispatcher, fetch } = http;
  return JSON.stringify([runtime.name, timeout, connections, identity(core, dispatcher), identity(core, fetch)]);
}

function entryKeyOf(core: ProcessCore, { source, http, keyCache, clock }: EntryOptions, clientKey: string): string {
  const { issuer, jwksUri, jwks } = source;
  const { maxResponseSize, headers, insecureOrigins } = http;
  const { ttl, refreshAhead, staleFor } = keyCache;
  const fetching = [
    maxResponseSize,
    headers,
    insecureOrigins,
    ttl,
    refreshAhead,
    staleFor,
    identity(core, clock === systemClock ? undefined : clock),
  ];
  return JSON.stringify([issuer, jwksUri ?? null, jwks ?? null, fetching, clientKey]);
}

function identity(core: ProcessCore, object: object | undefined): number {
  if (object === undefined) return 0;
  const known = core.identities.get(object);
  if (known !== undefined) return known;
  core.lastIdentity += 1;
  core.identities.set(object, core.lastIdentity);
  return core.lastIdentity;
}
