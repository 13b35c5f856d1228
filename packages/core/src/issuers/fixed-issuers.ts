import type { ResolvedIssuer } from '../options/resolve-issuer.ts';
import { type AcquireEntry, denyIssuer, type TrustedIssuer, type TrustedIssuers } from './trusted-issuers.ts';

interface LeasedIssuer extends TrustedIssuer {
  readonly release: () => Promise<void>;
}

/** Issuers that are configured by name. */
export class FixedIssuers implements TrustedIssuers {
  readonly #trusted: Map<string, LeasedIssuer> = new Map();

  /** Leases all entries, or none if one of them throws. */
  constructor(issuers: readonly ResolvedIssuer[], acquireEntry: AcquireEntry) {
    try {
      for (const resolved of issuers) {
        const { issuer, policy } = resolved;
        const { entry, release, confirm } = acquireEntry(resolved);
        this.#trusted.set(issuer, { issuer, policy, entry, release });
        confirm();
      }
    } catch (error) {
      void this.close();
      throw error;
    }
  }

  find(iss: unknown): TrustedIssuer {
    const trusted = this.#trusted.get(iss as string);
    if (trusted === undefined) throw denyIssuer(iss);
    return trusted;
  }

  findNow(iss: unknown): TrustedIssuer | undefined {
    return this.#trusted.get(iss as string);
  }

  known(): readonly TrustedIssuer[] {
    return [...this.#trusted.values()];
  }

  clear(): void {
    // The configuration does not change.
  }

  async close(): Promise<void> {
    await Promise.all([...this.#trusted.values()].map(({ release }) => release()));
  }
}
