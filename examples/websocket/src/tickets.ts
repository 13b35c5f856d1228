import { randomBytes } from 'node:crypto';

const lifetime = 30;

/**
 * One-time tickets: each stands for a token, once, for 30 seconds. A URL may appear in the log of a proxy; a used ticket
 * opens nothing. Several processes need a shared store.
 */
export class Tickets {
  readonly #tokens: Map<string, string> = new Map();

  issue(token: string): string {
    const ticket = randomBytes(32).toString('base64url');
    this.#tokens.set(ticket, token);
    setTimeout(() => this.#tokens.delete(ticket), lifetime * 1000).unref();
    return ticket;
  }

  /** Returns the token; undefined if the ticket is unknown, expired or used. */
  redeem(ticket: string): string | undefined {
    const token = this.#tokens.get(ticket);
    this.#tokens.delete(ticket);
    return token;
  }
}
