/** The part of `http.IncomingMessage` that {@link drainRequest} uses. */
export interface DrainableRequest {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly complete: boolean;
  readonly destroyed: boolean;
  on(event: 'data', listener: (chunk: { readonly length: number }) => void): unknown;
  on(event: 'end' | 'close' | 'error', listener: () => void): unknown;
  off(event: 'data', listener: (chunk: { readonly length: number }) => void): unknown;
  off(event: 'end' | 'close' | 'error', listener: () => void): unknown;
  resume(): unknown;
}

/** The part of `http.ServerResponse` that {@link drainRequest} reads. */
export interface DrainableResponse {
  readonly shouldKeepAlive?: boolean | undefined;
}

const maxBytes = 67_108_864;
const maxSeconds = 5;

/**
 * Reads and discards the body of a request that is about to be refused, if Node.js would close the connection after the
 * answer. A connection that is closed with unread data is reset, and a reverse proxy then answers 502 instead.
 *
 * Reads at most 64 MiB, for at most 5 s. Node.js itself drains the request of a connection that stays open. Call it only if
 * the refusal is final: nothing can read the body afterwards.
 *
 * @param request - The `http.IncomingMessage`.
 * @param response - Its `http.ServerResponse`.
 * @returns A promise that fulfils when the answer may be written; undefined if it may be written now. Never rejects.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createGuard, drainRequest, fromNodeRequest } from '@verifier/core';
 *
 * const guard = createGuard({ issuer: 'https://login.example.com', audience: 'https://api.example.com' });
 *
 * createServer(async (request, response) => {
 *   const result = await guard.authenticate(fromNodeRequest(request));
 *   if (result.ok) return void response.end(`Hello ${result.auth?.subject}`);
 *   await drainRequest(request, response);
 *   const { status, headers, body } = guard.challenge(result.error);
 *   response.writeHead(status, { ...headers }).end(body);
 * }).listen(3000);
 * ```
 */
export function drainRequest(request: DrainableRequest, response: DrainableResponse): Promise<void> | undefined {
  if (response.shouldKeepAlive !== false || request.complete || request.destroyed) return undefined;
  return hasBody(request.headers) ? drain(request) : undefined;
}

// RFC 9112, section 6.3. A longer body than the bound is not worth the wait.
function hasBody(headers: DrainableRequest['headers']): boolean {
  if (headers['transfer-encoding'] !== undefined) return true;
  const length = Number(headers['content-length'] ?? 0);
  return length > 0 && length <= maxBytes;
}

function drain(request: DrainableRequest): Promise<void> {
  return new Promise((resolve) => {
    let received = 0;
    const finish = (): void => {
      clearTimeout(timer);
      request.off('data', count);
      for (const event of ends) request.off(event, finish);
      resolve();
    };
    const count = ({ length }: { readonly length: number }): void => {
      received += length;
      if (received > maxBytes) finish();
    };
    const timer = setTimeout(finish, maxSeconds * 1000);
    request.on('data', count);
    for (const event of ends) request.on(event, finish);
    request.resume();
  });
}

const ends = ['end', 'close', 'error'] as const;
