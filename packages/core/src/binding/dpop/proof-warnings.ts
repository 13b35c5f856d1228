import type { Clock } from '../../runtime/clock.ts';

/** The collaborators of {@link ProofWarnings}. */
export interface ProofWarningsParts {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly warn: (message: string, code: string) => void;
}

type Fault = 'nonce' | 'time';

const period = 60;
// Fewer proofs say nothing about the others.
const minProofs = 10;

const warnings: Readonly<Record<Fault, readonly [code: string, message: string]>> = {
  nonce: [
    'VERIFIER_DPOP_NONCE',
    'More than half of the DPoP proofs of the last minute had a nonce that this process does not know: every process of the API needs the same dpop.nonce.secret, and a synchronized clock',
  ],
  time: [
    'VERIFIER_CLOCK_SKEW',
    'More than half of the DPoP proofs of the last minute were too old or too new: synchronize the clock of this machine, or require a nonce with dpop.nonce',
  ],
};

/** Warns the operator once if most proofs fail for a reason that lies in the configuration of this process. */
export class ProofWarnings {
  readonly #parts: ProofWarningsParts;
  readonly #faults: Record<Fault, number> = { nonce: 0, time: 0 };
  readonly #warned: Set<Fault> = new Set();
  #proofs = 0;
  #startedAt: number;

  constructor(parts: ProofWarningsParts) {
    this.#parts = parts;
    this.#startedAt = parts.clock.monotonic();
  }

  /** Counts a proof with a valid signature. */
  observe(fault: Fault | undefined): void {
    const now = this.#parts.clock.monotonic();
    if (now - this.#startedAt >= period) this.#endPeriod(now);
    this.#proofs += 1;
    if (fault !== undefined) this.#faults[fault] += 1;
  }

  #endPeriod(now: number): void {
    for (const fault of ['nonce', 'time'] as const) {
      const isCommon = this.#proofs >= minProofs && this.#faults[fault] * 2 > this.#proofs;
      if (isCommon && !this.#warned.has(fault)) this.#warn(fault);
      this.#faults[fault] = 0;
    }
    this.#proofs = 0;
    this.#startedAt = now;
  }

  #warn(fault: Fault): void {
    this.#warned.add(fault);
    const [code, message] = warnings[fault];
    this.#parts.warn(message, code);
  }
}
