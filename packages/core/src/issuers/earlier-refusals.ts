import { TextCache } from './text-cache.ts';

// A flood of 150 unknown issuers a second forgets a refusal after 27 seconds. A longer name is not remembered: 170 of them
// would take the place of all others within a second.
const limits = { maxEntries: 4096, maxCharacters: 1_048_576 };
const longestName = 256;

/**
 * How often requests for an unknown issuer were refused because too many others were requested. A client repeats the
 * request of a real tenant, and a flood of made-up issuers names each one once: the more often an issuer was refused, the
 * sooner it is its turn.
 */
export class EarlierRefusals {
  readonly #counts: TextCache<number> = new TextCache(limits);

  count(issuer: string): number {
    return this.#counts.get(issuer) ?? 0;
  }

  add(issuer: string): void {
    if (issuer.length <= longestName) this.#counts.set(issuer, this.count(issuer) + 1);
  }

  /** It was its turn. */
  delete(issuer: string): void {
    this.#counts.delete(issuer);
  }
}
