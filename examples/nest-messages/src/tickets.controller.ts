import { Controller, Inject, Post } from '@nestjs/common';
import { Auth } from '@verifier/nest';
import { Tickets } from './tickets.ts';

@Controller('tickets')
export class TicketsController {
  readonly #tickets: Tickets;

  constructor(@Inject(Tickets) tickets: Tickets) {
    this.#tickets = tickets;
  }

  /** Exchanges the token of the request for a ticket. */
  @Post()
  issue(@Auth('token') token: string): object {
    return { ticket: this.#tickets.issue(token) };
  }
}
