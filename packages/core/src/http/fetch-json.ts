import type { FetchLike } from '../options.ts';
import type { HttpClient } from '../runtime/runtime.ts';
import { FetchError } from './fetch-error.ts';
import { parseRetryAfter } from './retry-after.ts';

/** The bounds of an exchange. */
export interface FetchSettings {
  /** Seconds for all of it. */
  readonly timeout: number;
  /** Bytes after decompression. */
  readonly maxResponseSize: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a document is asked for with. */
export interface FetchRequestOptions {
  /** The ETag of the copy at hand. */
  readonly etag?: string | undefined;
  /** Gives up early, when nobody wants the document any more. */
  readonly signal?: AbortSignal | undefined;
  /** Epoch seconds. */
  readonly now: number;
}

/** A document, or the word that the copy at hand is still good. */
export interface FetchedDocument {
  /** The parsed JSON; undefined where the copy at hand is still good. */
  readonly json: unknown;
  readonly unchanged: boolean;
  readonly etag: string | undefined;
  readonly cacheControl: string | null;
  readonly age: string | null;
}

type Response = Awaited<ReturnType<FetchLike>>;
type Utf8Decoder = InstanceType<typeof TextDecoder>;

const jsonType = /^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;|$)/i;

/**
 * Fetches a JSON document: one exchange within a deadline, no redirects, a bounded size. A connection that had been
 * kept open and was closed by the other side meanwhile is replaced once.
 *
 * @throws FetchError whatever goes wrong.
 */
export async function fetchJson(
  client: HttpClient,
  url: string,
  settings: FetchSettings,
  request: FetchRequestOptions,
): Promise<FetchedDocument> {
  const deadline = startDeadline(settings.timeout, request.signal);
  try {
    const response = await send(client, url, headersOf(settings, request), deadline.signal);
    return await readDocument(response, settings, request);
  } catch (error) {
    throw deadline.expired()
      ? new FetchError('timeout', `No complete answer in ${settings.timeout} s`)
      : asFetchError(error);
  } finally {
    deadline.clear();
  }
}

function headersOf(settings: FetchSettings, { etag }: FetchRequestOptions): Record<string, string> {
  const conditional = etag === undefined ? {} : { 'if-none-match': etag };
  return { accept: 'application/json, application/jwk-set+json', ...settings.headers, ...conditional };
}

async function send(
  client: HttpClient,
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  const init: RequestInit = { method: 'GET', headers, redirect: 'manual', signal };
  try {
    return await client.fetch(url, init);
  } catch (error) {
    if (signal.aborted || !client.isStaleConnection(error)) throw error;
    return await client.fetch(url, init);
  }
}

async function readDocument(
  response: Response,
  { maxResponseSize }: FetchSettings,
  { etag, now }: FetchRequestOptions,
): Promise<FetchedDocument> {
  const { status, headers } = response;
  const facts = {
    etag: headers.get('etag') ?? undefined,
    cacheControl: headers.get('cache-control'),
    age: headers.get('age'),
  };
  if (status === 304 && etag !== undefined) {
    await discard(response);
    return { ...facts, etag: facts.etag ?? etag, json: undefined, unchanged: true };
  }
  const fault = faultOf(response, now);
  if (fault !== undefined) {
    await discard(response);
    throw fault;
  }
  return { ...facts, json: parseJson(await readText(response, maxResponseSize)), unchanged: false };
}

function faultOf({ status, headers }: Response, now: number): FetchError | undefined {
  if (status !== 200) {
    const retryAfter = parseRetryAfter(headers.get('retry-after'), now);
    return new FetchError('status', `The answer has the status ${status}`, { status, retryAfter });
  }
  if (!jsonType.test(headers.get('content-type') ?? '')) {
    return new FetchError('content-type', 'The answer is not JSON by its content type', { status });
  }
  return undefined;
}

async function readText(response: Response, maxResponseSize: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the body, and with it the connection.
    if (size > maxResponseSize) throw new FetchError('size', `The answer is larger than ${maxResponseSize} bytes`);
    text += decodeChunk(decoder, chunk);
  }
  return text + decodeChunk(decoder);
}

function decodeChunk(decoder: Utf8Decoder, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch (cause) {
    throw new FetchError('json', 'The answer is not UTF-8', { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What the parser says quotes the document.
    throw new FetchError('json', 'The answer is not JSON');
  }
}

// An unread body would hold its connection.
async function discard(response: Response): Promise<void> {
  await response.body?.cancel();
}

function asFetchError(error: unknown): FetchError {
  return error instanceof FetchError ? error : new FetchError('network', 'The connection failed', { cause: error });
}

function startDeadline(
  seconds: number,
  outer: AbortSignal | undefined,
): { signal: AbortSignal; expired(): boolean; clear(): void } {
  const controller = new AbortController();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    controller.abort();
  }, seconds * 1000);
  const abort = (): void => controller.abort();
  outer?.addEventListener('abort', abort, { once: true });
  if (outer?.aborted === true) abort();
  const clear = (): void => {
    clearTimeout(timer);
    outer?.removeEventListener('abort', abort);
  };
  return { signal: controller.signal, expired: () => expired, clear };
}
