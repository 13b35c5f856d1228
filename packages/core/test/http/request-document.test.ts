import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { type Fault, type FaultServer, faults, startFaultServer } from '@verifier/test-issuer';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DocumentError } from '../../src/http/document-error.ts';
import { type DocumentSettings, requestDocument } from '../../src/http/request-document.ts';
import { selectHttpClient } from '../../src/http/select-http-client.ts';
import type { FetchLike } from '../../src/index.ts';
import type { HttpClient } from '../../src/runtime/http-runtime.ts';
import { runtime as node } from '../../src/runtime/node.ts';
import { runtime as web } from '../../src/runtime/web.ts';

const quick = { timeout: 0.3 };
const settings = { timeout: 5, maxResponseSize: 262_144, headers: {} };
const pool = {
  timeout: 2,
  connections: 4,
  maxResponseSize: settings.maxResponseSize,
  dispatcher: undefined,
  fetch: undefined,
};
const now = 1_900_000_000;

let server: FaultServer;
const clients = { node: selectHttpClient(pool, node), web: selectHttpClient(pool, web) };

beforeAll(async () => {
  server = await startFaultServer();
  server.publish({ keys: [{ kty: 'EC' }] });
});

afterEach(() => {
  server.heal();
  server.resetCounts();
  server.headers = {};
});

afterAll(async () => {
  await clients.node.close();
  await server.stop();
});

function read(
  client: HttpClient = clients.node,
  etag?: string,
  over: Partial<DocumentSettings> = {},
  signal?: AbortSignal,
) {
  return requestDocument(client, server.jwksUri, { ...settings, ...over }, { etag, signal, now });
}

async function faultOf(work: Promise<unknown>): Promise<DocumentError> {
  const error: unknown = await work.then(
    () => new Error('It was not refused'),
    (reason: unknown) => reason,
  );
  if (error instanceof DocumentError) return error;
  throw error;
}

async function failWith(fault: Fault, client?: HttpClient, over?: Partial<typeof settings>): Promise<DocumentError> {
  server.fail('keys', fault);
  return faultOf(read(client, undefined, over));
}

const manyEncodings = {
  'content-type': 'application/json',
  'content-encoding': Array.from({ length: 1000 }, () => 'gzip').join(', '),
};

function coded(coding: string): Readonly<Record<string, string>> {
  return { 'content-type': 'application/json', 'content-encoding': coding };
}

const twoHeaders: Fault = ({ response }) => {
  response.setHeader('content-encoding', ['gzip', 'gzip']).writeHead(200, { 'content-type': 'application/json' });
  response.end(gzipSync(gzipSync('{}')));
};

const faulty: readonly (readonly [name: string, fault: Fault, kind: string])[] = [
  ['201', faults.status(201, {}, '{}'), 'status'],
  ['204', faults.status(204), 'status'],
  ['206', faults.status(206, {}, '{}'), 'status'],
  ['301', faults.redirect('https://evil.example/', 301), 'status'],
  ['302', faults.redirect('/keys', 302), 'status'],
  ['307', faults.redirect('/keys', 307), 'status'],
  ['308', faults.redirect('/keys', 308), 'status'],
  ['304 unasked', faults.status(304), 'status'],
  ['404', faults.status(404), 'status'],
  ['410', faults.status(410), 'status'],
  ['500', faults.status(500), 'status'],
  ['HTML', faults.htmlPage, 'content-type'],
  ['HTML with a charset', faults.answer('{}', { 'content-type': ' Text/HTML ;charset=utf-8' }), 'content-type'],
  ['XHTML', faults.answer('{}', { 'content-type': 'application/xhtml+xml' }), 'content-type'],
  ['JSONP', faults.answer('call({})', { 'content-type': 'application/jsonp' }), 'json'],
  ['gzip in gzip', faults.answer(gzipSync(gzipSync('{}')), coded('gzip, gzip')), 'content-coding'],
  ['gzip in two headers', twoHeaders, 'content-coding'],
  ['gzip in brotli', faults.answer(brotliCompressSync(gzipSync('{}')), coded('gzip,br')), 'content-coding'],
  ['half a document', faults.halfDocument, 'json'],
  ['no UTF-8', faults.answer(Buffer.from([0x22, 0xff, 0x22])), 'json'],
  ['an empty body', faults.answer(''), 'json'],
  ['a reset', faults.reset, 'network'],
  ['a reset in the body', faults.resetMidBody, 'network'],
  ['a truncated body', faults.truncate, 'network'],
  ['a bad chunk', faults.badChunk, 'network'],
  ['bad gzip', faults.badGzip, 'decoding'],
  ['a thousand encodings', faults.answer('{}', manyEncodings), 'network'],
  ['silence', faults.silence, 'timeout'],
  ['a dripping body', faults.drip(0.05), 'timeout'],
  ['dripping headers', faults.dripHeaders(0.05), 'timeout'],
  ['a body that never ends', faults.tooShort, 'timeout'],
];

describe.each(['node', 'web'] as const)('a document that is fetched on %s', (name) => {
  const client = clients[name];

  it.each(faulty)('is refused: %s', async (_name, fault, kind) => {
    expect((await failWith(fault, client, kind === 'timeout' ? quick : {})).fault).toBe(kind);
    expect(server.counts.keys).toBeLessThanOrEqual(2);
  });

  it('is parsed JSON with the headers that matter', async () => {
    server.headers = { 'cache-control': 'max-age=60', age: '5' };
    const document = await read(client);
    expect(document).toMatchObject({
      json: { keys: [{ kty: 'EC' }] },
      unchanged: false,
      cacheControl: 'max-age=60',
      age: '5',
    });
    expect(document.etag).toMatch(/^"/);
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/jwk-set+json',
    'Application/JSON;charset=UTF-8',
    'application/vnd.example+json',
    'text/json',
    'text/plain',
    'application/octet-stream',
    'text/htmlx',
    '',
  ])('[HTTP-CONTENT-TYPE] may have the content type "%s"', async (type) => {
    server.fail('keys', faults.answer('\ufeff{"keys":[]}', { 'content-type': type }));
    expect((await read(client)).json).toEqual({ keys: [] });
  });

  it('is confirmed by 304 if its ETag was sent', async () => {
    const { etag } = await read(client);
    const again = await read(client, etag);
    expect(again).toMatchObject({ unchanged: true, json: undefined, etag });
    expect(server.counts).toMatchObject({ keys: 2, notModified: 1 });
  });

  it('[HTTP-NO-REDIRECT] follows no redirect', async () => {
    let visits = 0;
    const elsewhere = createServer((_request, response) => {
      visits += 1;
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"keys":[]}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => elsewhere.once('listening', resolve));
    const { port } = elsewhere.address() as AddressInfo;
    for (const code of [301, 302, 303, 307, 308]) {
      const error = await failWith(faults.redirect(`http://127.0.0.1:${port}/`, code), client);
      expect(error).toMatchObject({ fault: 'status', status: code });
    }
    expect(visits).toBe(0);
    elsewhere.close();
  });

  it('[HTTP-SIZE] of 300 KB is refused as soon as it exceeds the limit', async () => {
    const error = await failWith(faults.answer(JSON.stringify({ keys: ['x'.repeat(300_000)] })), client);
    expect(error.fault).toBe('size');
  });

  it('may reach the limit exactly', async () => {
    const body = JSON.stringify('x'.repeat(4094));
    server.fail('keys', faults.answer(body));
    expect((await read(client, undefined, { maxResponseSize: 4096 })).json).toHaveLength(4094);
    expect((await failWith(faults.answer(`${body} `), client, { maxResponseSize: 4096 })).fault).toBe('size');
  });

  it('[HTTP-SIZE] of gzip that expands a thousandfold is refused by its decoded size', async () => {
    const fault = faults.gzipFlood('spaces');
    const before = process.memoryUsage();
    const error = await failWith(fault, client);
    const after = process.memoryUsage();
    expect(error.fault).toBe('size');
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(64_000_000);
  });

  it.each(['gzip', 'x-gzip', 'deflate', 'br', 'identity', 'GZIP', 'identity, gzip'])(
    '[HTTP-CODING] may have one content coding: %s',
    async (coding) => {
      const body = JSON.stringify({ keys: [] });
      const encoders = { deflate: deflateSync, br: brotliCompressSync, identity: (text: string) => text };
      const encode = encoders[coding as keyof typeof encoders] ?? gzipSync;
      server.fail('keys', faults.answer(encode(body), coded(coding)));
      const known = coding !== 'identity, gzip' && coding !== 'GZIP';
      const result = read(client).then(
        ({ json }) => json,
        (error: DocumentError) => error.fault,
      );
      // Not every runtime decodes every spelling; none may fail in another way than a bad document.
      if (known) expect(await result).toEqual({ keys: [] });
      else expect([{ keys: [] }, 'json', 'network']).toContainEqual(await result);
    },
  );

  it.each([
    [200, 'spaces'],
    [200, 'nothing'],
    [404, 'spaces'],
    [404, 'nothing'],
  ] as const)(
    '[HTTP-CODING] with status %d is not decoded twice: %s in gzip in gzip costs no time',
    async (status, content) => {
      const { fault } = faults.gzipBomb(content, status);
      const before = process.cpuUsage();
      expect((await failWith(fault, client)).fault).toBe(status === 200 ? 'content-coding' : 'status');
      await delay(500);
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1e6).toBeLessThan(1);
    },
  );

  it('[HTTP-DEADLINE] is not decoded any more after the deadline or the limit', async () => {
    for (const fault of [faults.gzipFlood('spaces'), faults.gzipFlood('nothing')]) {
      const error = await failWith(fault, client, { timeout: 0.5 });
      expect(['size', 'timeout']).toContain(error.fault);
      await delay(100);
      const before = process.cpuUsage();
      await delay(500);
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1e6).toBeLessThan(0.4);
    }
  });

  it('[HTTP-SIZE] is refused unread if it announces more than the limit', async () => {
    const fault: Fault = ({ response }) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '300000' }).write('{');
    };
    // Reading would not end before the test does.
    expect((await failWith(fault, client, { timeout: 60 })).fault).toBe('size');
  });

  it('is aborted by the signal of the caller', async () => {
    server.fail('keys', faults.silence);
    const controller = new AbortController();
    const work = faultOf(read(client, undefined, {}, controller.signal));
    setTimeout(() => controller.abort(), 20);
    expect((await work).fault).toBe('aborted');
    expect((await faultOf(read(client, undefined, {}, controller.signal))).fault).toBe('aborted');
  });
});

describe('a document that is fetched by the pool', () => {
  it('[HTTP-SIZE] is refused if more than the limit is sent, although nothing is decoded from it', async () => {
    const error = await failWith(faults.gzipFlood('nothing'), clients.node);
    expect(error.fault).toBe('size');
  });
});

describe('an error about a document', () => {
  it('names the underlying failure by its code, and no address', async () => {
    const { message } = await failWith(faults.reset);
    expect(message).toMatch(/^The connection failed \((ECONNRESET|UND_ERR_SOCKET)\)$/);
  });

  it.each([
    ['gzip', 'Z_DATA_ERROR'],
    ['br', 'ERR__ERROR_FORMAT_PADDING_1'],
    ['zstd', 'ZSTD_error_prefix_unknown'],
  ])('calls a document that is not %s no failure of the connection', async (coding, code) => {
    const { message } = await failWith(faults.answer('xxxxxxxx', coded(coding)));
    expect(message).toBe(`The content coding of the answer cannot be decoded (${code})`);
  });

  it('does not quote the document', async () => {
    const { message, cause } = await failWith(faults.answer('{"password": hunter2'));
    expect(message + String(cause)).not.toContain('hunter2');
  });

  it.each([429, 503, 500, 404])('with status %d carries Retry-After', async (code) => {
    expect(await failWith(faults.status(code, { 'retry-after': '7' }))).toMatchObject({ status: code, retryAfter: 7 });
  });

  it('keeps Retry-After although its body never ends', async () => {
    const fault: Fault = ({ response }) => {
      response.writeHead(429, { 'retry-after': '7', 'content-type': 'application/json' }).write('{');
    };
    expect(await failWith(fault, clients.node, quick)).toMatchObject({ fault: 'status', retryAfter: 7 });
  });
});

describe('a fetch function of the application', () => {
  const clientOf = (fetch: FetchLike): HttpClient => selectHttpClient({ ...pool, fetch }, node);

  it('[HTTP-DEADLINE] is bounded by the time-out although it ignores the signal', async () => {
    expect(
      (
        await faultOf(
          read(
            clientOf(() => new Promise(() => undefined)),
            undefined,
            quick,
          ),
        )
      ).fault,
    ).toBe('timeout');
    const stuck = new ReadableStream({ pull: () => new Promise(() => undefined) });
    const answer = new Response(stuck, { headers: { 'content-type': 'application/json' } });
    expect(
      (
        await faultOf(
          read(
            clientOf(() => Promise.resolve(answer)),
            undefined,
            quick,
          ),
        )
      ).fault,
    ).toBe('timeout');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['rejects with nothing', () => Promise.reject(undefined)],
    ['returns nothing', () => Promise.resolve(undefined)],
  ])('that %s is a failed fetch', async (_name, fetch) => {
    expect((await faultOf(read(clientOf(fetch as unknown as FetchLike)))).fault).toBe('network');
  });

  it('[HTTP-HEADERS] sends what the function returns for this fetch', async () => {
    const sent: unknown[] = [];
    const fetch: FetchLike = async (_url, init) => {
      sent.push(Object(init?.headers)['x-gateway']);
      return Response.json({ keys: [] });
    };
    const client = selectHttpClient({ ...pool, fetch }, node);
    let calls = 0;
    const headers = (): Record<string, string> => {
      calls += 1;
      return { 'X-Gateway': `ticket ${calls}` };
    };
    await read(client, undefined, { headers });
    await read(client, undefined, { headers: async () => headers() });
    expect(sent).toEqual(['ticket 1', 'ticket 2']);
  });

  const failing = (): never => {
    throw new Error('no ticket');
  };

  it.each<[string, () => never]>([
    ['throws', failing],
    ['returns names that are none', () => ({ 'a b': 'c' }) as never],
    ['returns a text with a line end', () => ({ a: 'b\r\nc' }) as never],
    ['rejects', () => Promise.reject(new Error('no ticket')) as never],
  ])('[HTTP-HEADERS] fails if the function %s, and sends nothing', async (_case, headers) => {
    let calls = 0;
    const fetch: FetchLike = async () => {
      calls += 1;
      return Response.json({ keys: [] });
    };
    const client = selectHttpClient({ ...pool, fetch }, node);
    const error = await read(client, undefined, { headers }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DocumentError);
    expect(error).toMatchObject({ fault: 'headers', message: expect.not.stringContaining('ticket') });
    expect(calls).toBe(0);
  });

  it('[HTTP-HEADERS] fails at the deadline if the function does not return', async () => {
    const client = selectHttpClient({ ...pool, fetch: async () => Response.json({ keys: [] }) }, node);
    const headers = (): Promise<never> => new Promise(() => undefined);
    const error = await read(client, undefined, { ...quick, headers }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ fault: 'timeout' });
  });

  it('is called with redirect manual, accept JSON, and the configured headers', async () => {
    const seen: RequestInit[] = [];
    const client = clientOf((_url, init) => {
      seen.push(init);
      return Promise.resolve(Response.json({}));
    });
    await read(client, '"a"', { headers: { 'x-gateway': 'yes' } });
    expect(seen[0]).toMatchObject({
      method: 'GET',
      redirect: 'manual',
      headers: { 'x-gateway': 'yes', 'if-none-match': '"a"', accept: 'application/json, application/jwk-set+json' },
    });
  });
});
