import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';

const lifetime = 30_000;

/**
 * Tickets that open one connection each. In memory: a fleet keeps them in a store that all of its processes share, where
 * reading and deleting a ticket is one operation.
 */
@Injectable()
export class Tickets {
  readonly #tokens = new Map<string, string>();

  issue(token: string): string {
    const ticket = randomBytes(32).toString('base64url');
    this.#tokens.set(ticket, token);
    setTimeout(() => this.#tokens.delete(ticket), lifetime).unref();
    return ticket;
  }

  redeem(ticket: string): string | undefined {
    const token = this.#tokens.get(ticket);
    this.#tokens.delete(ticket);
    return token;
  }
}
