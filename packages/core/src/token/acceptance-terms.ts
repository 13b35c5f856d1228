import type { Clock } from '../runtime/clock.ts';

/** The settings of the verifier that accepted a token, as far as a later authorization depends on them. */
export interface AcceptanceTerms {
  readonly clock: Pick<Clock, 'now'>;
  readonly policy: {
    readonly clockTolerance: number;
    readonly acrLevels: readonly string[] | undefined;
  };
}

/** The member of a token for its terms. A registered symbol: the guard may be from another copy of this package. */
export const acceptanceTerms: unique symbol = Symbol.for('@verifier/core/acceptance-terms');

/** Returns the terms of a verified token; undefined if the application made the token itself. */
export function readAcceptanceTerms(token: object): AcceptanceTerms | undefined {
  return Reflect.get(token, acceptanceTerms);
}
