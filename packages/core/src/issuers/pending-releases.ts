import type { VerifierLease } from './trusted-issuers.ts';

/** The leases of a verifier that are not ended, and the ends that are in progress. */
export class PendingReleases {
  readonly #leases: Set<VerifierLease> = new Set();
  readonly #ending: Set<Promise<void>> = new Set();

  /** Returns a lease that ends once, whichever of its functions is called, and however often. */
  track(lease: VerifierLease): VerifierLease {
    const end = async (how: () => Promise<void>): Promise<void> => {
      if (!this.#leases.delete(tracked)) return;
      // A connection that cannot be closed is no failure of the verifier.
      const ending = how().catch(() => undefined);
      this.#ending.add(ending);
      await ending;
      this.#ending.delete(ending);
    };
    const tracked: VerifierLease = {
      entry: lease.entry,
      confirm: () => lease.confirm(),
      release: () => end(() => lease.release()),
      retire: () => end(() => lease.retire()),
    };
    this.#leases.add(tracked);
    return tracked;
  }

  /** Releases every lease, those of requests in flight included. */
  releaseAll(): void {
    for (const lease of [...this.#leases]) void lease.release();
  }

  /** Waits for the ends in progress. */
  async settled(): Promise<void> {
    await Promise.all(this.#ending);
  }
}
