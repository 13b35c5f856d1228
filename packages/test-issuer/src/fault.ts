import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { constants, deflateRawSync, gzipSync } from 'node:zlib';

/** A request for a document, and what would be the answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: Socket;
  /** How many requests came over the connection, this one included. */
  readonly requestsOnSocket: number;
  /** The document as JSON. */
  readonly body: string;
  /** Answers as an issuer in good health does. */
  serve(): void;
}

/** Something else than a good answer. */
export type Fault = (exchange: Exchange) => void | Promise<void>;

const json = { 'content-type': 'application/json' };

/** A status with whatever headers and body. */
export function status(code: number, headers: Readonly<Record<string, string>> = {}, body = ''): Fault {
  return ({ response }) => {
    response.writeHead(code, { ...json, ...headers }).end(code === 204 || code === 304 ? undefined : body);
  };
}

/** A redirect to anywhere. */
export function redirect(location: string, code = 302): Fault {
  return status(code, { location });
}

/** 200 with a body of another kind: an error page, a captive portal. */
export function answer(body: string | Uint8Array, headers: Readonly<Record<string, string>> = json): Fault {
  return ({ response }) => {
    response.writeHead(200, headers).end(body);
  };
}

/** The page of a gateway in front of the issuer, with 200. */
export const htmlPage: Fault = answer('<!doctype html><title>Bad gateway</title>', { 'content-type': 'text/html' });

/** The good answer, after so many seconds. */
export function slow(seconds: number): Fault {
  return async ({ response, serve }) => {
    await delay(seconds * 1000, undefined, { ref: false });
    if (!response.destroyed) serve();
  };
}

/** Takes the request and says nothing. */
export const silence: Fault = () => undefined;

/** Resets the connection instead of an answer. */
export const reset: Fault = ({ socket }) => {
  socket.resetAndDestroy();
};

/** Resets the connection once half of the body is sent. */
export const resetMidBody: Fault = async ({ response, socket, body }) => {
  response.writeHead(200, { ...json, 'content-length': Buffer.byteLength(body) });
  response.write(body.slice(0, body.length / 2));
  await delay(20);
  socket.resetAndDestroy();
};

/** Promises a whole body, sends half of it and closes. */
export const truncate: Fault = async ({ response, socket, body }) => {
  response.writeHead(200, { ...json, 'content-length': Buffer.byteLength(body) });
  response.write(body.slice(0, body.length / 2));
  await delay(20);
  socket.end();
};

/** Half a document in a body that is complete by its length. */
export const halfDocument: Fault = ({ response, body }) => {
  response.writeHead(200, json).end(body.slice(0, body.length / 2));
};

/** Promises some bytes more than it sends, and keeps the connection open. */
export const tooShort: Fault = ({ socket, body }) => {
  const length = Buffer.byteLength(body) + 100;
  socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`);
};

/** Promises fewer bytes than it sends. */
export const tooLong: Fault = ({ socket, body }) => {
  socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n${body}`);
};

/** A chunk whose size is no number. */
export const badChunk: Fault = ({ socket, body }) => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
  socket.write(`${head}zz\r\n${body}\r\n`);
};

/** Says gzip, and is none. */
export const badGzip: Fault = ({ response, body }) => {
  response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(body);
};

/** The headers at once, and then one byte of the body at a time. */
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

/** The bytes of a status line and headers, one at a time. */
export function dripHeaders(secondsBetween = 1): Fault {
  return async ({ socket }) => {
    for (const byte of 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-slow: '.padEnd(1000, 'x')) {
      if (socket.destroyed) return;
      socket.write(byte);
      await delay(secondsBetween * 1000, undefined, { ref: false });
    }
  };
}

/** Closes a connection that was kept open at the moment at which it is used again. */
export const closeWhenReused: Fault = ({ socket, requestsOnSocket, serve }) => {
  if (requestsOnSocket > 1) socket.resetAndDestroy();
  else serve();
};

const megabytes = 1024;

// A gigabyte of spaces, compressed twice: once would be a megabyte. Nobody is expected to reach the checksum at its end.
function makeBomb(): Buffer {
  const part = deflateRawSync(Buffer.alloc(1 << 20, ' '), { finishFlush: constants.Z_FULL_FLUSH });
  const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
  return gzipSync(Buffer.concat([head, ...Array.from({ length: megabytes }, () => part)]), { level: 9 });
}

/** Some kilobytes that become a gigabyte. */
export function gzipBomb(): { readonly fault: Fault; readonly compressedSize: number } {
  const bomb = makeBomb();
  const headers = { ...json, 'content-encoding': 'gzip, gzip', 'content-length': String(bomb.byteLength) };
  return { fault: answer(bomb, headers), compressedSize: bomb.byteLength };
}
