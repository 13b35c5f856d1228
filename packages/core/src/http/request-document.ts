import { copyOptions } from '../lib/copy-options.ts';
import type { FetchLike, HttpClient } from '../runtime/http-runtime.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { DocumentError } from './document-error.ts';
import { type DocumentHeaders, resolveHeaders } from './document-headers.ts';
import { requestFault, tooLarge } from './request-fault.ts';
import { parseRetryAfter } from './retry-after.ts';

/** The limits of an exchange. */
export interface DocumentSettings {
  /** The time limit in seconds, from the request to the end of the body. */
  readonly timeout: number;
  /** The size limit in bytes, as sent and after decompression. */
  readonly maxResponseSize: number;
  readonly headers: DocumentHeaders;
}

/** A request for a document. */
export interface DocumentRequest {
  /** The ETag of the cached copy. */
  readonly etag?: string | undefined;
  /** Aborts the request. */
  readonly signal?: AbortSignal | undefined;
  /** Epoch seconds. */
  readonly now: number;
}

/** A fetched document, or a 304 that confirms the cached copy. */
export interface FetchedDocument {
  /** The parsed JSON; undefined with a 304. */
  readonly json: unknown;
  /** The text of the document; undefined with a 304. */
  readonly text: string | undefined;
  readonly unchanged: boolean;
  readonly etag: string | undefined;
  readonly cacheControl: string | null;
  readonly age: string | null;
}

type Response = Awaited<ReturnType<FetchLike>>;
type Utf8Decoder = InstanceType<typeof TextDecoder>;

const longestDiscarded = 16_384;
// A page of a gateway or a login. Any other type says nothing: servers send JSON under many types, or under none.
const htmlType = /^\s*(?<type>text\/html|application\/xhtml\+xml)\s*(?:;|$)/i;

/**
 * Fetches a JSON document within a time limit and a size limit. Follows no redirects. Retries once if the server had
 * closed a pooled keep-alive connection. Decodes one content coding at most (RFC 9110, section 8.4): a few kilobytes in
 * two codings may expand to gigabytes.
 *
 * @throws DocumentError in every case of failure.
 */
export async function requestDocument(
  client: HttpClient,
  url: string,
  settings: DocumentSettings,
  request: DocumentRequest,
): Promise<FetchedDocument> {
  const deadline = startDeadline(settings.timeout, request.signal);
  try {
    return await exchange(client, url, settings, request, deadline);
  } catch (error) {
    throw error instanceof DocumentError ? error : requestFault(error, settings.maxResponseSize);
  } finally {
    deadline.clear();
  }
}

async function exchange(
  client: HttpClient,
  url: string,
  settings: DocumentSettings,
  request: DocumentRequest,
  deadline: Deadline,
): Promise<FetchedDocument> {
  const { signal } = deadline;
  const headers = await resolveHeaders(settings.headers, request.etag, deadline);
  const init: RequestInit = copyOptions({ method: 'GET', headers, redirect: 'manual', signal });
  const attempt = async (): Promise<FetchedDocument> =>
    await readDocument(await deadline.bound(client.fetch(url, init)), settings, request, deadline);
  try {
    return await attempt();
  } catch (error) {
    if (signal.aborted || !client.isStaleConnection(error)) throw error;
    return await attempt();
  }
}

async function readDocument(
  response: Response,
  { maxResponseSize }: DocumentSettings,
  { etag, now }: DocumentRequest,
  deadline: Deadline,
): Promise<FetchedDocument> {
  const { status, headers } = response;
  const facts = {
    etag: headers.get('etag') ?? undefined,
    cacheControl: headers.get('cache-control'),
    age: headers.get('age'),
  };
  if (status === 304 && etag !== undefined) {
    await discard(response, deadline);
    return { ...facts, etag: facts.etag ?? etag, json: undefined, text: undefined, unchanged: true };
  }
  const fault = faultOf(response, maxResponseSize, now);
  if (fault !== undefined) {
    await discard(response, deadline);
    throw fault;
  }
  const text = await deadline.bound(readText(response, maxResponseSize, deadline));
  return { ...facts, json: parseJson(text), text, unchanged: false };
}

function faultOf({ status, headers }: Response, maxResponseSize: number, now: number): DocumentError | undefined {
  if (status !== 200) {
    const retryAfter = parseRetryAfter(headers.get('retry-after'), now);
    const message =
      status === 407 ? 'The proxy requires credentials (status 407)' : `The answer has the status ${status}`;
    return new DocumentError('status', message, { status, retryAfter });
  }
  const html = htmlType.exec(headers.get('content-type') ?? '')?.groups?.['type'];
  if (html !== undefined) {
    return new DocumentError('content-type', `The answer is ${html.toLowerCase()}, not JSON`, { status });
  }
  if (hasSeveralCodings(headers)) {
    return new DocumentError('content-coding', 'The answer has more than one content coding', { status });
  }
  return lengthOf(headers) > maxResponseSize ? tooLarge(maxResponseSize) : undefined;
}

function hasSeveralCodings(headers: Headers): boolean {
  const codings = (headers.get('content-encoding') ?? '').split(',').map((coding) => coding.trim().toLowerCase());
  return codings.filter((coding) => coding !== '' && coding !== 'identity').length > 1;
}

async function readText(response: Response, maxResponseSize: number, { signal }: Deadline): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the body, and with it the connection.
    signal.throwIfAborted();
    if (size > maxResponseSize) throw tooLarge(maxResponseSize);
    text += decodeChunk(decoder, chunk);
  }
  return text + decodeChunk(decoder);
}

function decodeChunk(decoder: Utf8Decoder, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch (cause) {
    throw new DocumentError('json', 'The answer is not UTF-8', { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the document.
    throw new DocumentError('json', 'The answer is not JSON');
  }
}

// An unread body occupies its connection, and a cancelled one closes it. A short body is read to its end, so that the
// pool can reuse the connection. Errors do not matter here.
async function discard(response: Response, deadline: Deadline): Promise<void> {
  const { headers, body } = response;
  const isExpensive = hasSeveralCodings(headers) || lengthOf(headers) > longestDiscarded;
  const end = async (): Promise<void> => (isExpensive ? body?.cancel() : readToEnd(response, deadline));
  await deadline.bound(end()).catch(() => undefined);
}

function lengthOf(headers: Headers): number {
  return Number(headers.get('content-length'));
}

async function readToEnd(response: Response, { signal }: Deadline): Promise<void> {
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > longestDiscarded || signal.aborted) return;
  }
}
