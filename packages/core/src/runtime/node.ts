import { constants, createPublicKey, hash, type KeyObject, type SigningOptions, verify } from 'node:crypto';
import { channel } from 'node:diagnostics_channel';
import { createHistogram as createNodeHistogram } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { debuglog } from 'node:util';
import type { Agent, Dispatcher } from 'undici';
import { type Algorithm, algorithms } from '../crypto/algorithms.ts';
import type {
  FetchLike,
  Histogram,
  HttpClient,
  ImportedKey,
  PoolOptions,
  PublicJwk,
  Runtime,
  Timer,
} from './runtime.ts';
import { signatureLengthOf } from './signature-length.ts';

const connectTimeout = 2;
// Shorter than what load balancers commonly allow, so that it is this side that closes.
const keepAliveTimeout = 30;
const staleConnectionCodes = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const log = debuglog('verifier');
const events = channel('verifier:event');

/** Node.js: signatures by node:crypto on the calling thread, documents by an undici pool. */
export const runtime: Runtime = {
  name: 'node',
  sharesPromises: true,
  decodeBase64url,
  decodeUtf8: (bytes) => utf8.decode(bytes),
  digest: (text) => hash('sha256', text, 'binary'),
  halfHash,
  supports: () => true,
  importKey,
  createHttpClient: (options) => new PooledClient(options),
  schedule,
  createHistogram,
  trace: (event) => {
    if (events.hasSubscribers) events.publish(event);
  },
  warn: (message, code) => process.emitWarning(message, { type: 'VerifierWarning', code }),
  debug: (line) => log('%s', line),
  environment: () => process.env,
};

function decodeBase64url(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64url');
  // Node.js passes over what it cannot decode, and takes base64 as well.
  if (bytes.toString('base64url') !== text) throw new SyntaxError('The text is not canonical base64url');
  return bytes;
}

function halfHash(name: string, text: string): string {
  const bytes = hash(name, text, 'buffer');
  return bytes.subarray(0, bytes.byteLength / 2).toString('base64url');
}

function importKey(jwk: PublicJwk, algorithm: Algorithm): ImportedKey {
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  return new NodeSignatureKey(key, algorithm, signatureLengthOf(jwk, algorithm, runtime.decodeBase64url));
}

class NodeSignatureKey implements ImportedKey {
  readonly #key: KeyObject;
  readonly #hash: string | null;
  readonly #signatureLength: number;

  constructor(key: KeyObject, algorithm: Algorithm, signatureLength: number) {
    // Options are read from the key itself as well as from an object around it; the object costs Node.js 24 a third of
    // the time of an RS256 signature, on every check.
    this.#key = Object.assign(key, optionsFor(algorithm));
    this.#hash = algorithms[algorithm].hash;
    this.#signatureLength = signatureLength;
  }

  verify(signingInput: string, signature: Uint8Array): boolean {
    if (signature.byteLength !== this.#signatureLength) return false;
    return verify(this.#hash, Buffer.from(signingInput, 'latin1'), this.#key, signature);
  }

  verifyInParallel(signingInput: string, signature: Uint8Array): Promise<boolean> | boolean {
    if (signature.byteLength !== this.#signatureLength) return false;
    return new Promise((resolve, reject) => {
      verify(this.#hash, Buffer.from(signingInput, 'latin1'), this.#key, signature, (error, holds) => {
        if (error === null) resolve(holds);
        else reject(error);
      });
    });
  }
}

function optionsFor(algorithm: Algorithm): SigningOptions {
  const { kty, padding } = algorithms[algorithm];
  // RFC 7518, section 3.4: R and S side by side, not in DER.
  if (kty === 'EC') return { dsaEncoding: 'ieee-p1363' };
  if (padding !== 'pss') return {};
  // RFC 7518, section 3.5: the salt is as long as the hash.
  return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}

function schedule(seconds: number, work: () => void): Timer {
  const timer = setTimeout(work, seconds * 1000).unref();
  return { cancel: () => clearTimeout(timer) };
}

function createHistogram(): Histogram {
  // In nanoseconds, up to two minutes, exact to 1 %: what it costs in memory grows with both.
  const histogram = createNodeHistogram({ lowest: 1, highest: 120e9, figures: 2 });
  return {
    get count() {
      return histogram.count;
    },
    record: (seconds) => histogram.record(Math.min(120e9, Math.max(1, Math.round(seconds * 1e9)))),
    percentile: (percent) => (histogram.count === 0 ? 0 : histogram.percentile(percent) / 1e9),
  };
}

/** A pool of connections; undici is loaded, and the first connection opened, when something is fetched. */
class PooledClient implements HttpClient {
  readonly #options: PoolOptions;
  #pool: Promise<{ fetch: FetchLike; own: Agent | undefined }> | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  readonly fetch: FetchLike = async (url, init) => {
    this.#pool ??= openPool(this.#options);
    const pool = await this.#pool;
    // A connection counts as busy until the turn of the event loop is over in which its answer ended; asked within it,
    // the pool would open another one for the key set that follows the metadata.
    await setImmediate();
    return pool.fetch(url, init);
  };

  isStaleConnection(error: unknown): boolean {
    const { code } = ((error as { cause?: unknown } | null)?.cause ?? error ?? {}) as { code?: unknown };
    return typeof code === 'string' && staleConnectionCodes.has(code);
  }

  async close(): Promise<void> {
    const pool = await this.#pool;
    await pool?.own?.destroy();
  }
}

async function openPool({
  timeout,
  connections,
  dispatcher,
}: PoolOptions): Promise<{ fetch: FetchLike; own: Agent | undefined }> {
  const { EnvHttpProxyAgent, fetch } = await import('undici');
  const own =
    dispatcher === undefined
      ? new EnvHttpProxyAgent({
          connections,
          connectTimeout: Math.min(connectTimeout, timeout) * 1000,
          keepAliveTimeout: keepAliveTimeout * 1000,
        })
      : undefined;
  const used = (own ?? dispatcher) as Dispatcher;
  const pooled = (url: string, init: RequestInit) =>
    fetch(url, { ...init, dispatcher: used } as Parameters<typeof fetch>[1]);
  return { fetch: pooled as unknown as FetchLike, own: own as Agent | undefined };
}
