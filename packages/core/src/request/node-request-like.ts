import { ConfigurationError } from '../errors.ts';
import type { NodeHeaders, NodeRequest, RequestLike } from './request.ts';

// Node.js keeps only the first of several in `headers`. It joins the values of most other headers.
const keptOnce: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization']);
const none: readonly string[] = Object.freeze([]);

/**
 * Adapts a Node.js request. `headers` decides, so that a header that earlier middleware set or deleted counts. A request
 * without `headers` has no credentials. `rawHeaders` shows a repeated `Authorization`, which Node.js hides in `headers`.
 *
 * @param request - An `http.IncomingMessage`, or a framework's extension of it.
 * @throws ConfigurationError if it is not an object.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createVerifier, fromNodeRequest } from '@verifier/core';
 *
 * const verifier = createVerifier({ issuer: 'https://login.example.com', audience: 'https://api.example.com' });
 *
 * createServer(async (request, response) => {
 *   const result = await verifier.authenticate(fromNodeRequest(request));
 *   response.writeHead(result.ok ? 204 : result.error.status).end();
 * }).listen(3000);
 * ```
 */
export function fromNodeRequest(request: NodeRequest): RequestLike {
  return new NodeRequestLike(request);
}

/** A request of Node.js as a {@link RequestLike}. */
class NodeRequestLike implements RequestLike {
  readonly #request: NodeRequest;

  constructor(request: NodeRequest) {
    if (typeof request !== 'object' || request === null) {
      throw new ConfigurationError('fromNodeRequest takes a request of Node.js, such as http.IncomingMessage');
    }
    this.#request = request;
  }

  get method(): string {
    return this.#request.method ?? 'GET';
  }

  // Adapters may wrap the request again for each guard; this array stays the same. Requests that no server received, as
  // on Lambda, often have `headers` only.
  get identity(): object | undefined {
    const { rawHeaders, headers } = this.#request;
    // `getToken` may find a token in a request that has neither.
    return rawHeaders ?? headers ?? undefined;
  }

  url(): string {
    const { protocol, socket } = this.#request;
    const scheme = protocol ?? (isEncrypted(socket) ? 'https' : 'http');
    const target = this.target();
    // RFC 9112, section 3.2: the target is a path, "*", or a URL, which overrides the Host header.
    if (!target.startsWith('/') && URL.canParse(target)) return target;
    return `${scheme}://${this.#host()}${target.startsWith('/') ? target : '/'}`;
  }

  target(): string {
    return this.#request.originalUrl ?? this.#request.url ?? '/';
  }

  header(name: string): readonly string[] {
    const { headers, rawHeaders } = this.#request;
    return readHeader(headers, rawHeaders, name.toLowerCase());
  }

  #host(): string {
    const { authority, headers } = this.#request;
    return authority || readHeader(headers, undefined, 'host')[0] || 'localhost';
  }
}

function isEncrypted(socket: NodeRequest['socket']): boolean {
  return socket != null && 'encrypted' in socket && socket.encrypted === true;
}

/**
 * Reads the values of a header. `headers` decides whether there is one, because middleware edits it. `rawHeaders` shows
 * only whether the header was sent more than once.
 *
 * @param rawHeaders - Names as sent, alternating with their values. Absent from requests that no server received.
 * @param name - In lower case.
 */
function readHeader(
  headers: NodeHeaders | undefined,
  rawHeaders: readonly string[] | undefined,
  name: string,
): readonly string[] {
  const values = valuesIn(headers, name);
  const [value] = values;
  if (value === undefined || !Array.isArray(rawHeaders)) return values;
  const sent = valuesSent(rawHeaders, name);
  if (sent.length < 2) return values;
  if (keptOnce.has(name)) return [...values, ...sent.slice(1)];
  return sent.join(name === 'cookie' ? '; ' : ', ') === value ? sent : values;
}

function valuesIn(headers: NodeHeaders | undefined, name: string): readonly string[] {
  if (typeof headers !== 'object' || headers === null) return none;
  if (Object.hasOwn(headers, name)) return textsIn(headers[name]);
  // The class of the Fetch API, in which a token would otherwise be overlooked.
  if (isFetchHeaders(headers)) return textsIn(headers.get(name));
  // Servers write names in lower case; the mocked requests of tests may not.
  const names = Object.keys(headers).filter((each) => each.toLowerCase() === name);
  return names.flatMap((each) => textsIn(headers[each]));
}

// Of any implementation; a member named `get` may be a header, or be added to every object.
function isFetchHeaders(headers: object): headers is Headers {
  return Object.prototype.toString.call(headers) === '[object Headers]';
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : none;
}

function valuesSent(rawHeaders: readonly string[], name: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const candidate = rawHeaders[index];
    if (candidate?.length !== name.length) continue;
    if (candidate.toLowerCase() === name) values.push(rawHeaders[index + 1] ?? '');
  }
  return values;
}
