import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { HeaderList } from './conformance-case.ts';

/** A request on the wire. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: HeaderList;
  readonly body?: string | undefined;
}

/** A response on the wire. */
export interface RawResponse {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string;
}

/** Sends one request over a new socket. Headers are sent as listed, repeated ones too. */
export async function exchange(origin: string, { method, path, headers, body }: RawRequest): Promise<RawResponse> {
  const { host, hostname, port } = new URL(origin);
  const length: HeaderList = body === undefined ? [] : [['Content-Length', String(Buffer.byteLength(body))]];
  // A host of the client's own choice replaces that of the origin.
  const own: HeaderList = headers.some(([name]) => name.toLowerCase() === 'host') ? [] : [['Host', host]];
  const all: HeaderList = [...own, ['Connection', 'close'], ...length, ...headers];
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { hostname, port, method, path, headers: all.flat(), agent: false, maxHeaderSize: 65_536 };
    httpRequest(options, resolve).on('error', reject).end(body);
  });
  const content = await text(response);
  return { status: response.statusCode ?? 0, headers: pairs(response.rawHeaders), body: content };
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index] ?? '', flat[2 * index + 1] ?? '']);
}
