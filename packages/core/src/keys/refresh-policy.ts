/** How long a document is kept and trusted, in seconds. */
export interface RefreshSettings {
  /** The life of a document, whatever its cache headers say. */
  readonly ttl: number | undefined;
  /** The share of its life after which it is refreshed. */
  readonly refreshAhead: number;
  /** How long it stays trusted after its life while it cannot be refreshed. */
  readonly staleFor: number;
}

/** All that is remembered to decide when to fetch. Times are seconds on the monotonic clock. */
export interface RefreshState {
  /** When the set in use was fetched, or last confirmed; undefined where there is none. */
  readonly loadedAt: number | undefined;
  readonly life: number;
  readonly refreshAt: number;
  /** Failed fetches in a row. */
  readonly failures: number;
  /** No cold and no background fetch before this. */
  readonly retryAt: number;
  /** No fetch at all before this: the issuer asked for it. */
  readonly throttledUntil: number;
  /** When fetches for unknown keys were started, within the last interval. */
  readonly lookups: readonly number[];
  /** When the fetch that is under way was started. */
  readonly fetchingSince: number | undefined;
}

/** How far the set in use can be trusted. */
export type Phase = 'absent' | 'fresh' | 'due' | 'stale' | 'expired';

/** What to do with a request, or with the passing of time. */
export type Decision =
  /** Use the set at hand. */
  | { readonly act: 'use' }
  /** Use the set at hand, and fetch in the background. */
  | { readonly act: 'refresh' }
  /** Wait for the fetch under way, or for a new one. */
  | { readonly act: 'wait' }
  /** Nothing can be done before so many seconds. */
  | { readonly act: 'refuse'; readonly retryAfter: number };

// Decided for every request: not worth an object each.
const use: Decision = Object.freeze({ act: 'use' });
const refresh: Decision = Object.freeze({ act: 'refresh' });
const wait: Decision = Object.freeze({ act: 'wait' });

/** The numbers of the policy that no option changes; seconds, but for the jitter's share and the count of lookups. */
export interface RefreshLimits {
  readonly minLife: number;
  readonly maxLife: number;
  readonly defaultLife: number;
  readonly jitter: number;
  readonly firstBackOff: number;
  readonly maxBackOff: number;
  readonly maxRetryAfter: number;
  readonly lookupInterval: number;
  readonly lookupsPerInterval: number;
}

export const limits: RefreshLimits = Object.freeze({
  minLife: 60,
  maxLife: 3600,
  defaultLife: 600,
  jitter: 0.1,
  firstBackOff: 1,
  maxBackOff: 60,
  maxRetryAfter: 300,
  lookupInterval: 30,
  lookupsPerInterval: 2,
});

/** Nothing fetched yet. */
export const initialState: RefreshState = Object.freeze({
  loadedAt: undefined,
  life: 0,
  refreshAt: 0,
  failures: 0,
  retryAt: 0,
  throttledUntil: 0,
  lookups: Object.freeze([]),
  fetchingSince: undefined,
});

/** Where the set in use stands: between fresh and expired, or absent. */
export function phaseOf(state: RefreshState, policy: RefreshSettings, now: number): Phase {
  if (state.loadedAt === undefined) return 'absent';
  const endOfLife = state.loadedAt + state.life;
  if (now >= endOfLife + policy.staleFor) return 'expired';
  if (now >= endOfLife) return 'stale';
  return now >= state.refreshAt ? 'due' : 'fresh';
}

/** What a request does that needs the set. With a set that is trusted it never waits, but once after idleness. */
export function onRequest(state: RefreshState, policy: RefreshSettings, now: number): Decision {
  const phase = phaseOf(state, policy, now);
  if (phase === 'fresh') return use;
  if (phase === 'due') return refreshIfPossible(state, now);
  if (phase === 'stale' && isBeingRefreshed(state, now)) return refreshIfPossible(state, now);
  return waitIfPossible(state, now);
}

/** What a request does whose key the set does not hold. */
export function onUnknownKey(state: RefreshState, now: number): Decision {
  if (state.fetchingSince !== undefined) return wait;
  if (state.throttledUntil > now) return { act: 'refuse', retryAfter: state.throttledUntil - now };
  const recent = recentLookups(state, now);
  const [oldest] = recent;
  if (oldest === undefined || recent.length < limits.lookupsPerInterval) return wait;
  return { act: 'refuse', retryAfter: oldest + limits.lookupInterval - now };
}

/** What the passing of time does to a set that was used within its last life. */
export function onTick(state: RefreshState, policy: RefreshSettings, now: number): Decision {
  return phaseOf(state, policy, now) === 'fresh' ? use : refreshIfPossible(state, now);
}

/** When {@link onTick} is worth asking again. */
export function nextTick(state: RefreshState): number {
  return Math.max(state.refreshAt, blockedUntil(state));
}

/** When the next cold or background fetch may be started, where the last one failed; in the past where none did. */
export function blockedUntil(state: RefreshState): number {
  return Math.max(state.retryAt, state.throttledUntil);
}

/** Whether nobody needed the set for as long as it lives, so that time alone is no reason to refresh it. */
export function isIdle(state: RefreshState, usedAt: number, now: number): boolean {
  return now - usedAt > idleAfter(state);
}

/** A fetch has begun; one for an unknown key is counted against the budget. */
export function fetchStarted(state: RefreshState, now: number, reason: 'life' | 'unknown-key'): RefreshState {
  const recent = recentLookups(state, now);
  return { ...state, fetchingSince: now, lookups: reason === 'unknown-key' ? [...recent, now] : recent };
}

/** A fetch is over and counts for nothing: it was given up, or the process stood still meanwhile. */
export function fetchAbandoned(state: RefreshState): RefreshState {
  return { ...state, fetchingSince: undefined };
}

/** A usable set arrived, or the one in use was confirmed. `random` is within [0, 1). */
export function fetchSucceeded(
  state: RefreshState,
  policy: RefreshSettings,
  { now, life, random }: { now: number; life: number; random: number },
): RefreshState {
  const jittered = 1 + limits.jitter * (2 * random - 1);
  return {
    ...state,
    loadedAt: now,
    life,
    // Early enough to be refreshed before the end of its life, with any jitter.
    refreshAt: now + life * Math.min(policy.refreshAhead * jittered, 0.99),
    failures: 0,
    retryAt: 0,
    throttledUntil: 0,
    fetchingSince: undefined,
  };
}

/** A fetch failed, or brought nothing usable. What was loaded before stays as it is. */
export function fetchFailed(
  state: RefreshState,
  { now, random, retryAfter }: { now: number; random: number; retryAfter: number | undefined },
): RefreshState {
  const failures = state.failures + 1;
  const backOff = Math.min(limits.maxBackOff, limits.firstBackOff * 2 ** (failures - 1));
  const throttle = Math.min(limits.maxRetryAfter, Math.max(0, retryAfter ?? 0));
  return {
    ...state,
    failures,
    // Jitter shortens the wait only, so that it never exceeds its cap.
    retryAt: now + backOff * (1 - 2 * limits.jitter * random),
    throttledUntil: Math.max(state.throttledUntil, now + throttle),
    fetchingSince: undefined,
  };
}

/**
 * The life of a document by its cache headers (RFC 9111, section 4.2), within bounds. `no-cache`, `no-store` and
 * `must-revalidate` do not shorten it: obeying them is a fetch for every request.
 *
 * @param confirmed - The life of the document that the answer confirmed: a 304 without cache headers leaves it as it
 *   was (RFC 9111, section 4.3.4).
 */
export function lifeOf(
  cacheControl: string | null,
  age: string | null,
  policy: RefreshSettings,
  confirmed?: number,
): number {
  if (policy.ttl !== undefined) return policy.ttl;
  if (cacheControl === null && confirmed !== undefined) return confirmed;
  const directives = (cacheControl ?? '').toLowerCase();
  if (/(?:^|[\s,])no-(?:cache|store)\b/.test(directives)) return limits.defaultLife;
  const maxAge = /(?:^|[\s,])max-age="?(\d{1,10})/.exec(directives)?.[1];
  if (maxAge === undefined) return limits.defaultLife;
  const spent = /^\s*\d{1,10}\s*$/.test(age ?? '') ? Number(age) : 0;
  return Math.min(limits.maxLife, Math.max(limits.minLife, Number(maxAge) - spent));
}

// The set is beyond its life although it is in use: a fetch that began in time is under way, or one failed not long ago.
// Otherwise nobody needed it meanwhile, and how old it is says nothing about whether the issuer can be reached.
function isBeingRefreshed(state: RefreshState, now: number): boolean {
  if (state.fetchingSince !== undefined && state.fetchingSince < (state.loadedAt ?? 0) + state.life) return true;
  return state.failures > 0 && (state.fetchingSince ?? now) - blockedUntil(state) <= idleAfter(state);
}

function idleAfter({ loadedAt, life }: RefreshState): number {
  return loadedAt === undefined ? limits.defaultLife : life;
}

function isBlocked(state: RefreshState, now: number): boolean {
  return blockedUntil(state) > now;
}

function refreshIfPossible(state: RefreshState, now: number): Decision {
  return state.fetchingSince !== undefined || isBlocked(state, now) ? use : refresh;
}

function waitIfPossible(state: RefreshState, now: number): Decision {
  if (state.fetchingSince !== undefined || !isBlocked(state, now)) return wait;
  return { act: 'refuse', retryAfter: blockedUntil(state) - now };
}

function recentLookups(state: RefreshState, now: number): readonly number[] {
  return state.lookups.filter((startedAt) => now - startedAt < limits.lookupInterval);
}
