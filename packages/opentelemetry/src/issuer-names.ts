import { otherIssuer } from './attributes.ts';

/** The issuers that attributes may name: those that are configured at a verifier in use. */
export class IssuerNames {
  readonly #uses: Map<string, number> = new Map();

  /** Adds the issuers of a verifier. Returns a function that removes them. */
  add(issuers: readonly string[]): () => void {
    for (const issuer of issuers) this.#count(issuer, 1);
    return () => {
      for (const issuer of issuers) this.#count(issuer, -1);
    };
  }

  /** Returns the issuer, or `other` unless it is configured. */
  nameOf(issuer: string | undefined): string {
    return issuer !== undefined && this.#uses.has(issuer) ? issuer : otherIssuer;
  }

  #count(issuer: string, change: number): void {
    const uses = (this.#uses.get(issuer) ?? 0) + change;
    if (uses > 0) this.#uses.set(issuer, uses);
    else this.#uses.delete(issuer);
  }
}
