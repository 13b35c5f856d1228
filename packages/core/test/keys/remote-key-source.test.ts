import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptAlgorithms, allAlgorithms } from '../../src/crypto/algorithms.ts';
import { isAuthError, UnavailableError } from '../../src/errors.ts';
import type { LocatedDocument } from '../../src/http/document-client.ts';
import { DocumentError } from '../../src/http/document-error.ts';
import type { SelectedKey } from '../../src/keys/key-set.ts';
import type { KeySource } from '../../src/keys/key-source.ts';
import { RemoteKeySource } from '../../src/keys/remote-key-source.ts';
import { runtime as node } from '../../src/runtime/node.ts';
import { MemoryDocumentStore } from '../../src/store/memory-document-store.ts';
import { generateTestKey } from '../support/test-key.ts';

const accepted = acceptAlgorithms(allAlgorithms);
const pool = Array.from({ length: 5 }, (_, index) => generateTestKey('Ed25519', `key-${index}`).jwk);
const life = 600;
const staleFor = 1800;

type Step =
  | { readonly type: 'advance'; readonly seconds: number }
  | { readonly type: 'request' | 'publish' | 'fail' | 'throttle'; readonly index: number }
  | { readonly type: 'answer' | 'clear' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('advance' as const), seconds: fc.integer({ min: 1, max: 200 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('advance' as const), seconds: fc.integer({ min: 600, max: 3000 }) }),
  },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('request' as const), index: fc.nat(4) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('publish' as const), index: fc.nat(31) }) },
  { weight: 3, arbitrary: fc.constant({ type: 'answer' as const }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('fail' as const), index: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('throttle' as const), index: fc.nat(400) }) },
  { weight: 1, arbitrary: fc.constant({ type: 'clear' as const }) },
);

/** An issuer whose answers come when the test says so. */
class Issuer {
  published: readonly number[] = [0];
  readonly asked: {
    readonly published: readonly number[];
    readonly settle: (outcome: LocatedDocument | Error) => void;
  }[] = [];
  fetches = 0;

  request(signal: AbortSignal): Promise<LocatedDocument> {
    this.fetches += 1;
    return new Promise((resolve, reject) => {
      const entry = {
        published: this.published,
        settle: (outcome: LocatedDocument | Error) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)),
      };
      this.asked.push(entry);
      signal.addEventListener('abort', () => this.#drop(entry));
    });
  }

  #drop(entry: (typeof this.asked)[number]): void {
    this.asked.splice(this.asked.indexOf(entry), 1);
    entry.settle(new DocumentError('aborted', 'not wanted'));
  }
}

/** A key set, its issuer, and the invariants between them. */
class Simulation {
  readonly issuer = new Issuer();
  readonly keys: KeySource;
  /** The keys of the last set that arrived. */
  loaded: readonly number[] | undefined;
  loadedAt = 0;
  now = 0;
  #usedAt = 0;
  #timer: { readonly at: number; readonly work: () => void } | undefined;
  readonly #pending: Promise<void>[] = [];

  constructor() {
    this.keys = new RemoteKeySource({
      request: (_cached, signal) => this.issuer.request(signal),
      store: new MemoryDocumentStore(),
      storeKey: 'keys',
      settings: { ttl: life, refreshAhead: 0.8, staleFor },
      clock: { now: () => this.now, monotonic: () => this.now },
      random: () => 0.5,
      runtime: { ...node, schedule: (seconds, work) => this.#schedule(seconds, work) },
      listener: { refreshed() {}, failed() {}, outageEntered() {}, outageLeft() {}, changed() {} },
      longestFetch: 1e9,
    });
  }

  async apply(next: Step): Promise<void> {
    if (next.type === 'advance') await this.#advance(next.seconds);
    else if (next.type === 'request') this.#request(next.index);
    else if (next.type === 'publish')
      this.issuer.published = pool.flatMap((_, index) => ((next.index >> index) & 1 ? [index] : []));
    else if (next.type === 'clear') this.#clear();
    else await this.#answer(next);
    expect(this.issuer.asked.length).toBeLessThanOrEqual(1);
  }

  async end(): Promise<void> {
    await setImmediate();
    for (let tries = 0; this.issuer.asked.length > 0 && tries < 100; tries += 1) {
      this.issuer.published = [0, 1, 2, 3, 4];
      await this.#answer({ type: 'answer' });
    }
    await Promise.all(this.#pending);
    this.keys.close();
  }

  async #advance(seconds: number): Promise<void> {
    const until = this.now + seconds;
    for (let next = this.#timerBefore(until); next !== undefined; next = this.#timerBefore(until)) {
      this.now = Math.max(this.now, next.at);
      this.#timer = undefined;
      next.work();
      await setImmediate();
    }
    this.now = until;
  }

  #timerBefore(until: number): { readonly at: number; readonly work: () => void } | undefined {
    return this.#timer !== undefined && this.#timer.at <= until ? this.#timer : undefined;
  }

  // There is one timer at a time: a new one is set where the last one was cancelled or has gone off.
  #schedule(seconds: number, work: () => void): { cancel(): void } {
    const timer = { at: this.now + seconds, work };
    this.#timer = timer;
    return {
      cancel: () => {
        if (this.#timer === timer) this.#timer = undefined;
      },
    };
  }

  #clear(): void {
    this.keys.clear();
    this.loaded = undefined;
  }

  async #answer(next: Step): Promise<void> {
    const [asked] = this.issuer.asked.splice(0, 1);
    if (asked === undefined) return;
    if (next.type === 'answer') {
      if (asked.published.length > 0) this.#arrived(asked.published);
      asked.settle(documentOf(asked.published));
    } else {
      const retryAfter = next.type === 'throttle' ? next.index : undefined;
      const cause = new DocumentError('status', 'status', { status: 503, retryAfter });
      asked.settle(new UnavailableError('ERR_KEY_SET_UNAVAILABLE', 'no', { cause }));
    }
    await setImmediate();
  }

  #arrived(published: readonly number[]): void {
    this.loaded = published;
    this.loadedAt = this.now;
  }

  #request(index: number): void {
    const wasUsed = this.now - this.#usedAt <= life;
    const isTrusted = this.loaded !== undefined && this.now < this.loadedAt + life + staleFor;
    this.#usedAt = this.now;
    const kid = `key-${index}`;
    const found = settle(() => this.keys.find({ header: { kid }, algorithm: 'Ed25519', accepted }));
    if (found instanceof Promise) {
      // A known key in a trusted set is waited for after idleness only.
      if (isTrusted && wasUsed && this.issuer.asked.length === 1) expect(this.#hadToWait(index)).toBe(true);
      this.#pending.push(found.then((late) => this.#expectFound(late, index)));
      return;
    }
    this.#expectFound(found, index);
    if (isTrusted && this.loaded?.includes(index) === true) expect(found).not.toBeInstanceOf(Error);
  }

  #hadToWait(index: number): boolean {
    return this.loaded?.includes(index) === false || this.now >= this.loadedAt + life;
  }

  // A key that is found is in the last set, which is still trusted.
  #expectFound(found: SelectedKey | Error, index: number): void {
    if (found instanceof Error) {
      expect(isAuthError(found)).toBe(true);
      return;
    }
    expect(found.key.kid).toBe(`key-${index}`);
    expect(this.loaded).toContain(index);
    expect(this.now).toBeLessThan(this.loadedAt + life + staleFor);
  }
}

function documentOf(published: readonly number[]): LocatedDocument {
  const keys = published.map((index) => pool[index]);
  const text = JSON.stringify({ keys });
  const facts = { unchanged: false, etag: undefined, cacheControl: null, age: null, url: 'https://a.example' };
  return { ...facts, json: { keys }, text };
}

function settle<TValue>(run: () => TValue | Promise<TValue>): TValue | Error | Promise<TValue | Error> {
  try {
    const value = run();
    return value instanceof Promise ? value.catch((error: Error) => error) : value;
  } catch (error) {
    return error as Error;
  }
}

describe('any sequence of requests, answers, failures and publications', () => {
  it('keeps one fetch in flight, never accepts a removed key, and trusts no key for too long', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const simulation = new Simulation();
        for (const next of steps) await simulation.apply(next);
        await simulation.end();
      }),
      { numRuns: 1500, interruptAfterTimeLimit: 10_000 },
    );
  }, 30_000);
});
