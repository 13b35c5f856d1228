import { LRUCache } from 'lru-cache';
import { selectHttpClient } from '../http/select-http-client.ts';
import { copyOptions } from '../lib/copy-options.ts';
import type { HttpClient } from '../runtime/http-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { version } from '../version.ts';
import { type EntryOptions, IssuerEntry } from './issuer-entry.ts';
import { SharedMap } from './shared-map.ts';
import { clientKeyOf, entryKeyOf, type Identities } from './sharing-key.ts';
import { SignaturePool } from './signature-pool.ts';
import { TokenCache } from './token-cache.ts';

// A warning may name an issuer, and a process may have any number of those in its life.
const maxWarnings = 256;
// A client may cause one for each verifier and code, and an application may create verifiers for its tenants.
const maxRefusalWarnings = 64;

/** The one core of a process: its connection pools, its issuers, its verified tokens and the signatures in flight. */
interface ProcessCore extends Identities {
  readonly clients: SharedMap<HttpClient>;
  readonly entries: SharedMap<IssuerEntry>;
  readonly tokens: TokenCache;
  readonly signatures: SignaturePool;
  readonly warned: LRUCache<string, true>;
  /** The number of warnings about refused tokens. */
  refusalWarnings: number;
}

/** A lease of an issuer's entry. */
export interface EntryLease {
  readonly entry: IssuerEntry;
  /** Ends the lease. The last lease ends the entry, and the last one of a connection pool closes it. */
  release(): Promise<void>;
  /** The same without aborting fetches that requests may be waiting for. */
  retire(): Promise<void>;
}

/** The core of this process: all copies of one version of this package share it. */
function processCore(): ProcessCore {
  const registry = globalThis as unknown as Record<symbol, ProcessCore | undefined>;
  const key = Symbol.for(`@verifier/core@${version}`);
  registry[key] ??= createProcessCore();
  return registry[key];
}

function createProcessCore(): ProcessCore {
  const tokens = new TokenCache();
  return {
    clients: new SharedMap((client) => client.close()),
    entries: new SharedMap(async (entry) => {
      tokens.clear(entry);
      await entry.close();
    }),
    tokens,
    signatures: new SignaturePool(),
    identities: new WeakMap(),
    lastIdentity: 0,
    warned: new LRUCache(copyOptions({ max: maxWarnings })),
    refusalWarnings: 0,
  };
}

/** The token cache of this process, with at least the given capacity. */
export function sharedTokenCache(maxEntries: number): TokenCache {
  const { tokens } = processCore();
  tokens.reserve(maxEntries);
  return tokens;
}

/** The signatures in flight of this process. */
export function sharedSignaturePool(): SignaturePool {
  return processCore().signatures;
}

/** Warns the operator once in the life of the process, as long as there are few warnings. */
export function warnOnce(runtime: Runtime, message: string, code: string): void {
  const { warned } = processCore();
  if (warned.has(message)) return;
  warned.set(message, true);
  runtime.warn(message, code);
}

/** Warns the operator that every token is refused. A process warns 64 times at most, because clients cause it. */
export function warnOfRefusals(runtime: Runtime, message: string): void {
  const core = processCore();
  if (core.refusalWarnings >= maxRefusalWarnings) return;
  core.refusalWarnings += 1;
  runtime.warn(message, 'VERIFIER_ALL_REFUSED');
}

/**
 * Leases the entry of an issuer. Verifiers with the same issuer, the same HTTP and cache settings and the same clock
 * share one entry, whatever their token policies are.
 */
export function acquireEntry(options: EntryOptions, runtime: Runtime): EntryLease {
  const core = processCore();
  const clientKey = clientKeyOf(core, options, runtime);
  const entryKey = entryKeyOf(core, options, clientKey);
  const acquireClient = (): HttpClient =>
    core.clients.acquire(clientKey, () => selectHttpClient(options.http, runtime));
  const clients = { acquire: acquireClient, release: () => core.clients.release(clientKey) };
  acquireClient();
  try {
    const entry = core.entries.acquire(entryKey, () => new IssuerEntry(options, clients, runtime));
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
  entry.retire();
  tokens.clear(entry);
}
