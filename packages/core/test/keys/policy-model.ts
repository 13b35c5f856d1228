import { expect } from 'vitest';
import {
  blockedUntil,
  type Decision,
  fetchFailed,
  fetchStarted,
  fetchSucceeded,
  initialState,
  isIdle,
  nextTick,
  onRequest,
  onTick,
  onUnknownKey,
  phaseOf,
  type RefreshSettings,
  type RefreshState,
  refreshLimits,
} from '../../src/keys/refresh-policy.ts';

/** The events of a key set. */
export type ModelEvent =
  | { readonly type: 'request' | 'unknown-key' | 'fetched' | 'failed' }
  | { readonly type: 'wait' | 'throttled'; readonly seconds: number };

/** The settings that are drawn at random. */
export interface ModelSettings {
  readonly life: number;
  readonly refreshAhead: number;
  readonly staleFor: number;
  readonly random: number;
}

const longestFetch = 21;
const rounding = 1e-6;

/** Does what the policy decides, with a timer as the runtime has one, and checks what was promised of it. */
export class PolicyModel {
  readonly #settings: ModelSettings;
  readonly #policy: RefreshSettings;
  readonly #lookups: number[] = [];
  #state: RefreshState = initialState;
  #now = 0;
  #usedAt = 0;
  #awaited = false;

  constructor(settings: ModelSettings) {
    this.#settings = settings;
    this.#policy = { ttl: undefined, refreshAhead: settings.refreshAhead, staleFor: settings.staleFor };
  }

  apply(event: ModelEvent): void {
    if (event.type === 'wait') this.#waitUntil(this.#now + event.seconds);
    else if (event.type === 'request') this.#request();
    else if (event.type === 'unknown-key') this.#unknownKey();
    else if (this.#state.fetchingSince !== undefined) this.#end(event);
  }

  /** The endpoint answers, and whatever it asked to wait for is over. */
  recover(): void {
    this.#waitUntil(this.#state.throttledUntil);
    if (this.#state.fetchingSince !== undefined) this.#end({ type: 'fetched' });
    if (phaseOf(this.#state, this.#policy, this.#now) !== 'absent') return;
    this.#waitUntil(blockedUntil(this.#state));
    if (this.#state.fetchingSince === undefined) this.#start('life');
    this.#end({ type: 'fetched' });
  }

  /** Publishes a key that the set does not contain; clients retry after Retry-After. */
  secondsUntilRotationIsSeen(): number {
    const from = this.#now;
    for (let tries = 0; tries < 10; tries += 1) {
      const decision = onUnknownKey(this.#state, this.#now);
      if (decision.act !== 'refuse') return this.#now - from;
      this.#now += decision.retryAfter + rounding;
    }
    return Number.POSITIVE_INFINITY;
  }

  // Until a moment and not for a while: a sum of numbers may fall short of what it was the difference to.
  #waitUntil(until: number): void {
    while (this.#now < until) {
      const deadline = (this.#state.fetchingSince ?? Number.POSITIVE_INFINITY) + longestFetch;
      const tick = this.#state.fetchingSince === undefined ? this.#nextTick() : Number.POSITIVE_INFINITY;
      this.#now = Math.min(until, deadline, tick);
      if (this.#now === deadline) this.#end({ type: 'failed' });
      else if (this.#now === tick) this.#tick();
    }
  }

  #nextTick(): number {
    const at = Math.max(nextTick(this.#state), this.#now + 0.1);
    const isArmed = this.#state.loadedAt !== undefined || this.#state.failures > 0;
    return isArmed && !isIdle(this.#state, this.#usedAt, at) ? at : Number.POSITIVE_INFINITY;
  }

  #tick(): void {
    const decision = onTick(this.#state, this.#policy, this.#now);
    expect(['use', 'refresh']).toContain(decision.act);
    if (decision.act === 'refresh') this.#start('life');
  }

  #request(): Decision {
    const wasIdle = this.#now - this.#usedAt > this.#state.life;
    this.#usedAt = this.#now;
    const decision = onRequest(this.#state, this.#policy, this.#now);
    this.#expectTrust(decision, wasIdle);
    if (decision.act === 'refuse') expect(decision.retryAfter).toBeGreaterThan(0);
    if (decision.act === 'refresh') this.#start('life');
    if (decision.act === 'wait' && this.#state.fetchingSince === undefined) {
      this.#start('life');
      this.#awaited = true;
    }
    return decision;
  }

  // With a trusted set no request waits, except after an idle period; without one no request continues.
  #expectTrust({ act }: Decision, wasIdle: boolean): void {
    const { loadedAt, life } = this.#state;
    const trustedUntil = loadedAt === undefined ? 0 : loadedAt + life + this.#policy.staleFor;
    if (act === 'use' || act === 'refresh') expect(this.#now).toBeLessThan(trustedUntil);
    if (act !== 'refuse' && act !== 'wait') return;
    const isTrusted = this.#now < trustedUntil;
    if (isTrusted)
      expect({ act, wasIdle, awaited: this.#awaited }).not.toEqual({ act, wasIdle: false, awaited: false });
    if (isTrusted) expect(act).toBe('wait');
  }

  // A key is looked up if the cached set does not contain it.
  #unknownKey(): void {
    const { act } = this.#request();
    if (act !== 'use' && act !== 'refresh') return;
    const decision = onUnknownKey(this.#state, this.#now);
    expect(['wait', 'refuse']).toContain(decision.act);
    if (decision.act === 'wait') {
      if (this.#state.fetchingSince === undefined) this.#start('unknown-key');
      return;
    }
    if (decision.act !== 'refuse') return;
    const longest = this.#state.throttledUntil > this.#now ? refreshLimits.maxRetryAfter : refreshLimits.lookupInterval;
    expect(decision.retryAfter).toBeGreaterThan(0);
    expect(decision.retryAfter).toBeLessThanOrEqual(longest + rounding);
  }

  #start(reason: 'life' | 'unknown-key'): void {
    expect(this.#state.fetchingSince).toBeUndefined();
    expect(this.#now).toBeGreaterThanOrEqual(this.#state.throttledUntil);
    if (reason === 'life') expect(this.#now).toBeGreaterThanOrEqual(this.#state.retryAt);
    else this.#countLookup();
    this.#state = fetchStarted(this.#state, this.#now, reason);
    this.#awaited = false;
  }

  #countLookup(): void {
    this.#lookups.push(this.#now);
    const recent = this.#lookups.filter((at) => this.#now - at < refreshLimits.lookupInterval);
    expect(recent.length).toBeLessThanOrEqual(refreshLimits.lookupsPerInterval);
  }

  #end(event: Exclude<ModelEvent, { type: 'wait' }>): void {
    const { random, life } = this.#settings;
    const now = this.#now;
    const before = this.#state;
    if (event.type === 'fetched') {
      this.#state = fetchSucceeded(before, this.#policy, { now, life, random });
      expect(this.#state.refreshAt).toBeLessThan(now + life);
    } else {
      const retryAfter = event.type === 'throttled' ? event.seconds : undefined;
      this.#state = fetchFailed(before, { now, random, retryAfter });
      expect(this.#state.retryAt - now).toBeLessThanOrEqual(refreshLimits.maxBackOff + rounding);
      expect(this.#state.throttledUntil).toBeLessThanOrEqual(
        Math.max(before.throttledUntil, now + refreshLimits.maxRetryAfter + rounding),
      );
      expect(this.#state).toMatchObject({ loadedAt: before.loadedAt, life: before.life });
    }
    this.#awaited = false;
  }
}
