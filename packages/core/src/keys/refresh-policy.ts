/** How long a document is used and trusted, in seconds. */
export interface RefreshSettings {
  /** The life of the document, instead of its cache headers. */
  readonly ttl: number | undefined;
  /** The fraction of its life after which the document is refreshed. */
  readonly refreshAhead: number;
  /** How long the document stays trusted after its life if it cannot be refreshed. */
  readonly staleFor: number;
  /** The wait after a failed refresh of a loaded document; exponential back-off if absent. */
  readonly retry?: number | undefined;
  /** Whether requests use a stale document even after an idle period, instead of waiting for one fetch. */
  readonly usesStale?: boolean | undefined;
}

/** The state that decides when to fetch. Times are seconds on the monotonic clock. */
export interface RefreshState {
  /** When the document was fetched or last confirmed; undefined if absent. */
  readonly loadedAt: number | undefined;
  readonly life: number;
  readonly refreshAt: number;
  /** Consecutive failures. */
  readonly failures: number;
  /** The earliest time of the next cold or background fetch. */
  readonly retryAt: number;
  /** The earliest time of any fetch, from `Retry-After`. */
  readonly throttledUntil: number;
  /** The start times of fetches for unknown keys within the last interval. */
  readonly lookups: readonly number[];
  /** The start time of the fetch in flight. */
  readonly fetchingSince: number | undefined;
}

/** The age of a document, relative to its life. */
export type Phase = 'absent' | 'fresh' | 'due' | 'stale' | 'expired';

/** The action for a request or a timer. */
export type Decision =
  /** Use the document in memory. */
  | { readonly act: 'use' }
  /** Use the document in memory, and fetch in the background. */
  | { readonly act: 'refresh' }
  /** Wait for the fetch in flight, or for a new one. */
  | { readonly act: 'wait' }
  /** Refuse: no fetch is possible within `retryAfter` seconds. */
  | { readonly act: 'refuse'; readonly retryAfter: number };

// Constants, so that a decision allocates nothing.
const use: Decision = Object.freeze({ act: 'use' });
const refresh: Decision = Object.freeze({ act: 'refresh' });
const wait: Decision = Object.freeze({ act: 'wait' });

/** The limits that no option changes, in seconds; `jitter` is a fraction, `lookupsPerInterval` a count. */
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

export const refreshLimits: RefreshLimits = Object.freeze({
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

/** The state before the first fetch. */
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

/** The phase of a document at a time. */
export function phaseOf(state: RefreshState, settings: RefreshSettings, now: number): Phase {
  if (state.loadedAt === undefined) return 'absent';
  const endOfLife = state.loadedAt + state.life;
  if (now >= endOfLife + settings.staleFor) return 'expired';
  if (now >= endOfLife) return 'stale';
  return now >= state.refreshAt ? 'due' : 'fresh';
}

/** The time until which a document needs no decision: {@link onRequest} answers `use`. */
export function freshUntil({ loadedAt, refreshAt, fetchingSince }: RefreshState): number {
  return loadedAt === undefined || fetchingSince !== undefined ? Number.NEGATIVE_INFINITY : refreshAt;
}

/** The action of a request. Never waits while the document is trusted, except once after an idle period. */
export function onRequest(state: RefreshState, settings: RefreshSettings, now: number): Decision {
  const phase = phaseOf(state, settings, now);
  if (phase === 'fresh') return use;
  if (phase === 'due') return refreshIfPossible(state, now);
  if (phase === 'stale' && (settings.usesStale === true || isBeingRefreshed(state, now)))
    return refreshIfPossible(state, now);
  return waitIfPossible(state, now);
}

/** The action of a request whose key is not in the key set. */
export function onUnknownKey(state: RefreshState, now: number): Decision {
  if (state.fetchingSince !== undefined) return wait;
  if (state.throttledUntil > now) return { act: 'refuse', retryAfter: state.throttledUntil - now };
  const recent = recentLookups(state, now);
  const [oldest] = recent;
  if (oldest === undefined || recent.length < refreshLimits.lookupsPerInterval) return wait;
  return { act: 'refuse', retryAfter: oldest + refreshLimits.lookupInterval - now };
}

/** The action of a timer, for a document that was used within its last life. */
export function onTick(state: RefreshState, settings: RefreshSettings, now: number): Decision {
  return phaseOf(state, settings, now) === 'fresh' ? use : refreshIfPossible(state, now);
}

/** The time of the next call of {@link onTick}. */
export function nextTick(state: RefreshState): number {
  return Math.max(state.refreshAt, blockedUntil(state));
}

/** The earliest time of the next cold or background fetch; in the past unless the last one failed. */
export function blockedUntil(state: RefreshState): number {
  return Math.max(state.retryAt, state.throttledUntil);
}

/** Whether the document was not used for the length of its life, so that the timer must not refresh it. */
export function isIdle(state: RefreshState, usedAt: number, now: number): boolean {
  return now - usedAt > idleAfter(state);
}

/** The state after the start of a fetch. A fetch for an unknown key counts against the budget. */
export function fetchStarted(state: RefreshState, now: number, reason: 'life' | 'unknown-key'): RefreshState {
  const recent = recentLookups(state, now);
  return { ...state, fetchingSince: now, lookups: reason === 'unknown-key' ? [...recent, now] : recent };
}

/** The state after a fetch without a result: aborted, lost, or interrupted by a process freeze. */
export function fetchAbandoned(state: RefreshState): RefreshState {
  return { ...state, fetchingSince: undefined };
}

/** The state after a fetch that loaded or confirmed the document. `random` is within [0, 1). */
export function fetchSucceeded(
  state: RefreshState,
  settings: RefreshSettings,
  { now, life, random }: { now: number; life: number; random: number },
): RefreshState {
  const jittered = 1 + refreshLimits.jitter * (2 * random - 1);
  return {
    ...state,
    loadedAt: now,
    life,
    // Before the end of its life with any jitter.
    refreshAt: now + life * Math.min(settings.refreshAhead * jittered, 0.99),
    failures: 0,
    retryAt: 0,
    throttledUntil: 0,
    fetchingSince: undefined,
  };
}

/** The state after a fetch that failed, or whose document is not usable. A loaded document stays. */
export function fetchFailed(
  state: RefreshState,
  {
    now,
    random,
    retryAfter,
    retry,
  }: { now: number; random: number; retryAfter: number | undefined; retry?: number | undefined },
): RefreshState {
  const failures = state.failures + 1;
  const exponential = Math.min(refreshLimits.maxBackOff, refreshLimits.firstBackOff * 2 ** (failures - 1));
  const backOff = state.loadedAt === undefined ? exponential : (retry ?? exponential);
  const throttle = Math.min(refreshLimits.maxRetryAfter, Math.max(0, retryAfter ?? 0));
  return {
    ...state,
    failures,
    // Jitter only shortens the wait, so that it never exceeds its limit.
    retryAt: now + backOff * (1 - 2 * refreshLimits.jitter * random),
    throttledUntil: Math.max(state.throttledUntil, now + throttle),
    fetchingSince: undefined,
  };
}

/**
 * The life of a document by its cache headers (RFC 9111, section 4.2), within refreshLimits. `no-cache`, `no-store` and
 * `must-revalidate` do not shorten it: obeying them would mean a fetch for every request.
 *
 * @param confirmed - The previous life, if the response is a 304: without cache headers it stays unchanged (RFC 9111,
 *   section 4.3.4).
 */
export function lifeOf(
  cacheControl: string | null,
  age: string | null,
  settings: RefreshSettings,
  confirmed?: number,
): number {
  if (settings.ttl !== undefined) return settings.ttl;
  if (cacheControl === null && confirmed !== undefined) return confirmed;
  const directives = (cacheControl ?? '').toLowerCase();
  if (/(?:^|[\s,])no-(?:cache|store)\b/.test(directives)) return refreshLimits.defaultLife;
  const maxAge = /(?:^|[\s,])max-age="?(\d{1,10})/.exec(directives)?.[1];
  if (maxAge === undefined) return refreshLimits.defaultLife;
  const spent = /^\s*\d{1,10}\s*$/.test(age ?? '') ? Number(age) : 0;
  return Math.min(refreshLimits.maxLife, Math.max(refreshLimits.minLife, Number(maxAge) - spent));
}

// Whether a stale document is in use: a fetch that started in time is in flight, or one failed recently. Otherwise the
// document was idle, and its age does not indicate an outage of the issuer.
function isBeingRefreshed(state: RefreshState, now: number): boolean {
  if (state.fetchingSince !== undefined && state.fetchingSince < (state.loadedAt ?? 0) + state.life) return true;
  return state.failures > 0 && (state.fetchingSince ?? now) - blockedUntil(state) <= idleAfter(state);
}

function idleAfter({ loadedAt, life }: RefreshState): number {
  return loadedAt === undefined ? refreshLimits.defaultLife : life;
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
  return state.lookups.filter((startedAt) => now - startedAt < refreshLimits.lookupInterval);
}

/** The age of the document and its cache life; null if it is absent. */
export function agesOf({ loadedAt, life }: RefreshState, now: number): { age: number | null; life: number | null } {
  return loadedAt === undefined ? { age: null, life: null } : { age: now - loadedAt, life };
}
