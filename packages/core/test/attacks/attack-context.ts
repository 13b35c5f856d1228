import {
  isAuthError,
  isConfigurationError,
  type Verifier,
  type VerifierEvent,
  type VerifierOptions,
} from '../../src/index.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { audience, issuer } from '../support/sign-token.ts';
import { engines, verifierOn } from '../support/verifiers.ts';
import type { AttackKeys } from './attack-keys.ts';

/** The runtime of a verifier, and whether it caches tokens. */
export interface Mode {
  readonly engine: Runtime;
  readonly hasTokenCache: boolean;
}

/** Both engines, with the token cache on and off. */
export const modes: readonly Mode[] = engines.flatMap((engine) =>
  [true, false].map((hasTokenCache) => ({ engine, hasTokenCache })),
);

/** The verifiers, the clock and the fake issuer of one attack. */
export class AttackContext implements Mode {
  readonly engine: Runtime;
  readonly hasTokenCache: boolean;
  readonly keys: AttackKeys;
  readonly clock: FakeClock = new FakeClock();
  readonly fakeIssuer: FakeIssuer = new FakeIssuer();
  readonly events: VerifierEvent[] = [];
  /** Every token that was passed to a verifier. */
  readonly tokens: Set<unknown> = new Set();
  /** The verifiers in the order of their creation. */
  readonly verifiers: Verifier[] = [];

  constructor({ engine, hasTokenCache }: Mode, keys: AttackKeys) {
    this.engine = engine;
    this.hasTokenCache = hasTokenCache;
    this.keys = keys;
    this.fakeIssuer.publish(keys.jwks);
  }

  /** Returns a verifier with the issuer's keys in `jwks`. Options that are given win. */
  verifier(options: object = {}): Verifier {
    return this.remoteVerifier({ jwks: this.keys.jwks, ...options });
  }

  /** Returns a verifier that fetches the issuer's documents. */
  remoteVerifier(options: object = {}): Verifier {
    const given: object = {
      issuer,
      audience,
      clock: this.clock,
      http: { fetch: this.fakeIssuer.fetch },
      onEvent: (event: VerifierEvent) => void this.events.push(event),
      ...(this.hasTokenCache ? {} : { tokenCache: false }),
      ...options,
    };
    const verifier = verifierOn(this.engine, given as VerifierOptions);
    this.verifiers.push(verifier);
    return recordingTokens(verifier, this.tokens);
  }

  /** Returns the code of the error that a call ends with, or `accepted`. */
  readonly codeOf = async (work: Promise<unknown> | (() => Promise<unknown>)): Promise<string> => {
    const [settled] = await Promise.allSettled([typeof work === 'function' ? work() : work]);
    if (settled.status === 'fulfilled') return 'accepted';
    const error: unknown = settled.reason;
    if (isAuthError(error) || isConfigurationError(error)) return error.code;
    return `an unexpected error: ${String(error)}`;
  };

  async close(): Promise<void> {
    await Promise.all(this.verifiers.map((verifier) => verifier.close()));
  }
}

// The leak tests search every output for these tokens.
function recordingTokens(verifier: Verifier, tokens: Set<unknown>): Verifier {
  return new Proxy(verifier, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...given: readonly unknown[]): unknown => {
        for (const value of given.slice(0, 1).flat()) tokens.add(value);
        return member.apply(target, given);
      };
    },
  });
}
