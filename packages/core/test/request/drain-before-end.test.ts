import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { drainBeforeEnd } from '../../src/index.ts';

interface Connection {
  readonly socket: Socket;
  /** Everything that the server has sent. */
  received(): string;
}

/** Sends half of a request that closes its connection. */
async function sendHalf(listener: RequestListener): Promise<Connection> {
  const server = createServer(listener);
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
  socket.write('POST / HTTP/1.1\r\nHost: api\r\nConnection: close\r\nContent-Length: 6\r\n\r\nabc');
  return { socket, received: () => text };
}

it('[ANSWERS-LARGE-BODY] ends a refusal after the body of its request, however many guards refused it', async () => {
  const ended = vi.fn<() => void>();
  const { socket, received } = await sendHalf((request, response) => {
    drainBeforeEnd(request, response);
    drainBeforeEnd(request, response);
    response.writeHead(401).end('refused', ended);
  });
  await delay(100);
  expect(received()).toBe('');
  socket.write('def');
  await once(socket, 'close');
  expect(received()).toMatch(/^HTTP\/1.1 401 .*refused/s);
  expect(ended).toHaveBeenCalledTimes(1);
});

it('[ANSWERS-LARGE-BODY] ends a success at once, with its body unread', async () => {
  const { received } = await sendHalf((request, response) => {
    drainBeforeEnd(request, response);
    response.writeHead(200).end('granted');
  });
  await vi.waitFor(() => expect(received()).toMatch(/granted/));
});

it('[ANSWERS-LARGE-BODY] keeps the response that something else ends meanwhile', async () => {
  const { socket, received } = await sendHalf((request, response) => {
    drainBeforeEnd(request, response);
    response.statusCode = 401;
    response.end('refused');
    setImmediate(() => {
      response.statusCode = 503;
      response.end('too late');
    });
  });
  await once(socket, 'close');
  expect(received()).toMatch(/^HTTP\/1.1 503 .*too late/s);
  expect(received()).not.toContain('refused');
});
