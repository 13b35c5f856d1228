import { createVerifierOnRuntime } from '../../src/create-verifier.ts';
import {
  type FetchLike,
  isAuthError,
  isConfigurationError,
  type Verifier,
  type VerifierEvent,
  type VerifierOptions,
} from '../../src/index.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { createFakeClock, type FakeClock } from '../fixtures/fake-clock.ts';
import { audience, issuer } from '../fixtures/mint.ts';
import { engines } from '../fixtures/verifiers.ts';
import type { Arsenal } from './arsenal.ts';

/** What a verifier runs on, and whether it remembers tokens. */
export interface Mode {
  readonly engine: Runtime;
  readonly remembers: boolean;
}

/** Both engines, with the token cache on and off. */
export const modes: readonly Mode[] = engines.flatMap((engine) =>
  [true, false].map((remembers) => ({ engine, remembers })),
);

/** The answer to a request for a document. */
export type Answer = (url: string) => Response | Promise<Response>;

/** Where one attack takes place. */
export interface Arena extends Mode {
  readonly arsenal: Arsenal;
  readonly clock: FakeClock;
  /** The addresses that were asked for, in order. */
  readonly asked: readonly string[];
  readonly events: readonly VerifierEvent[];
  /** The tokens that were shown to a verifier. */
  readonly tokens: ReadonlySet<unknown>;
  /** The verifiers that were made, in order. */
  readonly verifiers: readonly Verifier[];
  /** A verifier of the issuer's tokens with its keys at hand; what is given stands above that. */
  verifier(options?: object): Verifier;
  /** A verifier that has to ask for documents. */
  remote(options?: object): Verifier;
  /** What is answered from now on. */
  answer(next: Answer): void;
  /** What a call ends with. */
  codeOf(work: Promise<unknown> | (() => Promise<unknown>)): Promise<string>;
  close(): Promise<void>;
}

/** Makes a place for one attack. */
export function openArena(mode: Mode, arsenal: Arsenal): Arena {
  const asked: string[] = [];
  const events: VerifierEvent[] = [];
  const verifiers: Verifier[] = [];
  const tokens = new Set<unknown>();
  const clock = createFakeClock();
  let answer: Answer = (url) => documentsOf(arsenal, url);
  const fetch: FetchLike = async (url) => {
    asked.push(url);
    return answer(url);
  };
  const open = (options: object): Verifier => {
    const common = { clock, http: { fetch }, onEvent: (event: VerifierEvent) => void events.push(event) };
    const cache = mode.remembers ? {} : { tokenCache: false };
    const given: object = { ...common, ...cache, ...options };
    const verifier = createVerifierOnRuntime(given as VerifierOptions, mode.engine);
    verifiers.push(verifier);
    return watched(verifier, tokens);
  };
  const { jwks } = arsenal;
  return {
    ...mode,
    arsenal,
    clock,
    asked,
    events,
    verifiers,
    tokens,
    verifier: (options = {}) => open({ issuer, audience, jwks, ...options }),
    remote: (options = {}) => open({ issuer, audience, ...options }),
    answer: (next) => {
      answer = next;
    },
    codeOf,
    close: async () => void (await Promise.all(verifiers.map((verifier) => verifier.close()))),
  };
}

// Notes each token on its way in.
function watched(verifier: Verifier, tokens: Set<unknown>): Verifier {
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

/** The documents of the issuer. */
export function documentsOf({ jwks }: Pick<Arsenal, 'jwks'>, url: string): Response {
  return Response.json(url.includes('/.well-known/') ? { issuer, jwks_uri: `${issuer}/keys` } : jwks);
}

async function codeOf(work: Promise<unknown> | (() => Promise<unknown>)): Promise<string> {
  const [settled] = await Promise.allSettled([typeof work === 'function' ? work() : work]);
  if (settled.status === 'fulfilled') return 'let in';
  const error: unknown = settled.reason;
  if (isAuthError(error) || isConfigurationError(error)) return error.code;
  return `a fault: ${String(error)}`;
}
