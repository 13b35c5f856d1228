import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { constants, deflateRawSync, gzipSync } from 'node:zlib';

/** A request for a document, and the answer of a healthy server. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: Socket;
  /** The number of requests on the connection, this one included. */
  readonly requestsOnSocket: number;
  /** The document as JSON. */
  readonly body: string;
  /** Answers as a healthy server does. */
  serve(): void;
}

/** A way to answer a request other than with the document. */
export type Fault = (exchange: Exchange) => void | Promise<void>;

const json = { 'content-type': 'application/json' };

/** Answers with a status, headers and a body. */
export function status(code: number, headers: Readonly<Record<string, string>> = {}, body = ''): Fault {
  return ({ response }) => {
    response.writeHead(code, { ...json, ...headers }).end(code === 204 || code === 304 ? undefined : body);
  };
}

/** Redirects to another URL. */
export function redirect(location: string, code = 302): Fault {
  return status(code, { location });
}

/** Answers 200 with another body, as a captive portal does. */
export function answer(body: string | Uint8Array, headers: Readonly<Record<string, string>> = json): Fault {
  return ({ response }) => {
    response.writeHead(200, headers).end(body);
  };
}

/** Answers 200 with an HTML page, as some gateways do. */
export const htmlPage: Fault = answer('<!doctype html><title>Bad gateway</title>', { 'content-type': 'text/html' });

/** Answers with the document after a delay in seconds. */
export function slow(seconds: number): Fault {
  return async ({ response, serve }) => {
    await delay(seconds * 1000, undefined, { ref: false });
    if (!response.destroyed) serve();
  };
}

/** Never answers. */
export const silence: Fault = () => undefined;

/** Resets the connection. */
export const reset: Fault = ({ socket }) => {
  socket.resetAndDestroy();
};

/** Resets the connection after half of the body. */
export const resetMidBody: Fault = async ({ response, socket, body }) => {
  response.writeHead(200, { ...json, 'content-length': Buffer.byteLength(body) });
  response.write(body.slice(0, body.length / 2));
  await delay(20);
  socket.resetAndDestroy();
};

/** Closes the connection after half of the announced body. */
export const truncate: Fault = async ({ response, socket, body }) => {
  response.writeHead(200, { ...json, 'content-length': Buffer.byteLength(body) });
  response.write(body.slice(0, body.length / 2));
  await delay(20);
  socket.end();
};

/** Answers with half of the document, and with the right length for that. */
export const halfDocument: Fault = ({ response, body }) => {
  response.writeHead(200, json).end(body.slice(0, body.length / 2));
};

/** Announces more bytes than it sends, and keeps the connection open. */
export const tooShort: Fault = ({ socket, body }) => {
  const length = Buffer.byteLength(body) + 100;
  socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`);
};

/** Announces fewer bytes than it sends. */
export const tooLong: Fault = ({ socket, body }) => {
  socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n${body}`);
};

/** Sends a chunk with an invalid size. */
export const badChunk: Fault = ({ socket, body }) => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
  socket.write(`${head}zz\r\n${body}\r\n`);
};

/** Announces gzip, and sends plain text. */
export const badGzip: Fault = ({ response, body }) => {
  response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(body);
};

/** Sends the headers at once, and then one byte of the body at a time. */
export function drip(secondsBetween = 1, code = 200): Fault {
  return async ({ response, body }) => {
    const text = code === 200 ? body : 'x'.repeat(1000);
    response.writeHead(code, { ...json, 'content-length': Buffer.byteLength(text) });
    for (const byte of text) {
      if (response.destroyed) return;
      response.write(byte);
      await delay(secondsBetween * 1000, undefined, { ref: false });
    }
  };
}

/** Sends the status line and the headers one byte at a time. */
export function dripHeaders(secondsBetween = 1): Fault {
  return async ({ socket }) => {
    for (const byte of 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-slow: '.padEnd(1000, 'x')) {
      if (socket.destroyed) return;
      socket.write(byte);
      await delay(secondsBetween * 1000, undefined, { ref: false });
    }
  };
}

/** Resets a pooled connection at the time of its second request. */
export const closeWhenReused: Fault = ({ socket, requestsOnSocket, serve }) => {
  if (requestsOnSocket > 1) socket.resetAndDestroy();
  else serve();
};

type BombContent = 'spaces' | 'nothing';

const megabytes = 1024;

/** The deflate stream of a megabyte of spaces, or a megabyte of deflate blocks without content. */
function deflatePart(content: BombContent): Buffer {
  const options = { finishFlush: constants.Z_FULL_FLUSH };
  if (content === 'spaces') return deflateRawSync(Buffer.alloc(1 << 20, ' '), options);
  const block = deflateRawSync(Buffer.alloc(0), options);
  return Buffer.concat(Array.from({ length: Math.ceil((1 << 20) / block.byteLength) }, () => block));
}

const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);

// Compressed twice: once would leave a megabyte. No client should reach the missing checksum.
function createBomb(content: BombContent): Buffer {
  const part = deflatePart(content);
  const parts = Array.from({ length: content === 'spaces' ? megabytes : megabytes / 8 }, () => part);
  return gzipSync(Buffer.concat([gzipHeader, ...parts]), { level: content === 'spaces' ? 9 : 1 });
}

/**
 * Answers with gzip in gzip: `spaces` is some kilobytes that decompress to a gigabyte, `nothing` some more that decompress
 * to no byte, for seconds.
 */
export function gzipBomb(
  content: BombContent = 'spaces',
  code = 200,
): { readonly fault: Fault; readonly compressedSize: number } {
  const bomb = createBomb(content);
  const headers = { ...json, 'content-encoding': 'gzip, gzip', 'content-length': String(bomb.byteLength) };
  const fault: Fault = ({ response }) => {
    response.writeHead(code, headers).end(bomb);
  };
  return { fault, compressedSize: bomb.byteLength };
}

const floodMegabytes = 32;

/** Sends gzip in pieces, up to 32 MB: `spaces` decompress to a thousand times as much, `nothing` to no byte at all. */
export function gzipFlood(content: BombContent): Fault {
  const part = deflatePart(content);
  return async ({ response }) => {
    response.writeHead(200, { ...json, 'content-encoding': 'gzip' });
    response.write(gzipHeader);
    for (let sent = 0; sent < floodMegabytes << 20 && !response.destroyed; sent += part.byteLength) {
      if (!response.write(part)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
  };
}
