import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { authenticateUpgrade, type RequestLike, type VerifiedToken } from '@verifier/core';
import { bearerAuth, createVerifier, getAuth, requireScope } from '@verifier/express';
import express from 'express';
import { type WebSocket, WebSocketServer } from 'ws';
import { Tickets } from './tickets.ts';

const subprotocol = 'orders.v1';
const tokenPrefix = 'bearer.';

/** A feed of orders over WebSockets at `/feed`, and one-time tickets for browsers at `POST /tickets`. */
export function createFeedServer(options: { readonly issuer: string; readonly audience: string }): Server {
  const auth = bearerAuth(options);
  const tickets = new Tickets();
  // Shares the keys of `auth`. `getToken` replaces the header, which a browser cannot set for a WebSocket.
  const browserVerifier = createVerifier({
    ...options,
    getToken: (request) => readSubprotocol(request) ?? readTicket(request, tickets),
  });

  const app = express();
  app.post('/tickets', auth, requireScope('read:orders'), (req, res) => {
    res.json({ ticket: tickets.issue(getAuth(req).token) });
  });

  const server = createServer(app);
  // The answer names the subprotocol of the feed, never the one with the token.
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => offered.has(subprotocol) && subprotocol,
  });

  // Express never receives this event: without the next lines every client is accepted.
  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const verifier = request.headers.authorization === undefined ? browserVerifier : auth.verifier;
    const granted = await authenticateUpgrade(verifier, request, socket, { scope: 'read:orders' });
    if (granted?.auth == null) return;
    const { auth: token } = granted;
    sockets.handleUpgrade(request, socket, head, (feed) => openFeed(feed, token));
  }

  server.on('upgrade', (request, socket, head) => {
    upgrade(request, socket, head).catch((error: unknown) => console.error(error));
  });
  server.on('close', () => void Promise.all([auth.verifier.close(), browserVerifier.close()]));
  return server;
}

function openFeed(feed: WebSocket, { subject, expiresAt }: VerifiedToken): void {
  // The token is verified once. End the connection with it, or after a day.
  const remaining = Math.min(expiresAt * 1000 - Date.now(), 86_400_000);
  const timer = setTimeout(() => feed.close(4001, 'The access token expired'), remaining);
  feed.on('close', () => clearTimeout(timer));
  feed.send(JSON.stringify({ subject }));
}

function readSubprotocol(request: RequestLike): string | undefined {
  const offered = request.header('sec-websocket-protocol').flatMap((list) => list.split(','));
  const [token] = offered.map((name) => name.trim()).filter((name) => name.startsWith(tokenPrefix));
  return token?.slice(tokenPrefix.length);
}

function readTicket(request: RequestLike, tickets: Tickets): string | undefined {
  // Not `new URL`: a client can send a Host header that is none, and must not cause an exception.
  return tickets.redeem(URL.parse(request.url())?.searchParams.get('ticket') ?? '');
}
