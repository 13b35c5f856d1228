import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { drainRequest } from '../../src/index.ts';

interface Connection {
  readonly socket: Socket;
  /** Everything that the server has sent. */
  received(): string;
}

/** Connects to a server that refuses each request after it has drained it. */
async function connectToServer(): Promise<Connection> {
  const server = createServer(async (request, response) => {
    await drainRequest(request, response);
    response.statusCode = 401;
    response.end('refused');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  await once(socket, 'connect');
  return { socket, received: () => text };
}

const post = (...headers: readonly string[]): string =>
  `POST / HTTP/1.1\r\nHost: api\r\n${headers.join('\r\n')}\r\n\r\n`;

it('[ANSWERS-LARGE-BODY] is answered after its body on a connection that closes', async () => {
  const { socket, received } = await connectToServer();
  socket.write(`${post('Connection: close', 'Content-Length: 6')}abc`);
  await delay(100);
  expect(received()).toBe('');
  socket.write('def');
  await once(socket, 'close');
  expect(received()).toMatch(/^HTTP\/1.1 401 .*refused$/s);
});

it.each([
  ['persistent connection', post('Content-Length: 6')],
  ['request without a body', post('Connection: close')],
  ['body of more than 64 MiB', post('Connection: close', 'Content-Length: 67108865')],
])('[ANSWERS-LARGE-BODY] is answered at once: a %s', async (_case, head) => {
  const { socket, received } = await connectToServer();
  socket.write(head);
  await vi.waitFor(() => expect(received()).toContain('refused'));
});

function endlessRequest(): PassThrough & { headers: object; complete: boolean } {
  return Object.assign(new PassThrough(), { headers: { 'transfer-encoding': 'chunked' }, complete: false });
}

it('[ANSWERS-LARGE-BODY] is answered after 64 MiB of a body without a length', async () => {
  const request = endlessRequest();
  const drained = drainRequest(Object(request), { shouldKeepAlive: false });
  const chunk = Buffer.alloc(1_048_576);
  for (let count = 0; count < 65; count += 1) {
    request.write(chunk);
    await delay(0);
  }
  expect(await Promise.race([drained?.then(() => 'drained'), delay(1000, 'reading')])).toBe('drained');
  expect(request.listenerCount('data')).toBe(0);
});

it('[ANSWERS-LARGE-BODY] is answered after 5 s of a body that does not end, and when the client leaves', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const request = endlessRequest();
  const states: string[] = [];
  drainRequest(Object(request), { shouldKeepAlive: false })?.then(() => states.push('drained'));
  await vi.advanceTimersByTimeAsync(4999);
  expect(states).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(states).toEqual(['drained']);
  const left = endlessRequest();
  const drained = drainRequest(Object(left), { shouldKeepAlive: false });
  left.destroy();
  await drained;
  expect(vi.getTimerCount()).toBe(0);
});
