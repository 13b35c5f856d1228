import { Inject } from '@nestjs/common';
import { readSubprotocolToken, WsAuthGuard, type WsHandshake } from '@verifier/nest/ws';
import { Tickets } from './tickets.ts';

/** Accepts the token in each of the ways that a browser has. An application needs one of them. */
export class BrowserGuard extends WsAuthGuard {
  @Inject(Tickets)
  readonly tickets!: Tickets;

  override getToken({ request, auth }: WsHandshake): unknown {
    const ticket = URL.parse(request.url ?? '/', 'http://localhost')?.searchParams.get('ticket');
    return auth['token'] ?? readSubprotocolToken(request) ?? this.tickets.redeem(ticket ?? '');
  }
}
