import type { Verifier, VerifierStats } from '@verifier/core';
import { type IssuerTotals, issuerTotals } from './issuer-totals.ts';
import { OtherIssuers } from './other-issuers.ts';

/** The published state of a verifier at one moment. */
export interface VerifierSnapshot {
  readonly stats: VerifierStats;
  /** By the value of the label `issuer`: the configured issuers, and `other` for those of a resolver. */
  readonly issuers: ReadonlyMap<string, IssuerTotals>;
}

/** Reads the statistics of one verifier. */
export class SnapshotSource {
  readonly #verifier: Pick<Verifier, 'stats'>;
  #others: OtherIssuers | undefined;

  constructor(verifier: Pick<Verifier, 'stats'>) {
    this.#verifier = verifier;
  }

  read(): VerifierSnapshot {
    const stats = this.#verifier.stats();
    const issuers = new Map<string, IssuerTotals>();
    const others = new Map<string, IssuerTotals>();
    for (const [issuer, one] of Object.entries(stats.issuers)) {
      (one.configured ? issuers : others).set(issuer, issuerTotals(one));
    }
    if (others.size > 0) this.#others ??= new OtherIssuers();
    if (this.#others !== undefined) issuers.set('other', this.#others.update(others));
    return { stats, issuers };
  }
}
