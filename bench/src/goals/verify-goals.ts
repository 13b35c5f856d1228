import { type ContestantName, entryOf, type Mode } from '../peers/catalog.ts';
import { fastestContestant, findContestant } from '../peers/fastest-peer.ts';
import type { AlgorithmName } from '../plan.ts';
import type { VerifyResult, VerifyResults } from '../verify/verify-bench.ts';
import { type Goal, toGoal } from './goal.ts';
import { reasons } from './reasons.ts';

const one = 'unique tokens, one at a time';
const many = 'verifyAll, unique tokens, 64 at a time';
const again = 'repeated tokens';

/** Returns the goals of verification. */
export function verifyGoals({ results }: VerifyResults): Goal[] {
  const algorithms = [...new Set(results.map(({ algorithm }) => algorithm))];
  return [
    ...algorithms.flatMap((algorithm) => goalsOfOne(results, algorithm)),
    ...algorithms.flatMap((algorithm) => goalsOfMany(results, algorithm)),
    ...goalsOfRepeated(results),
  ];
}

function goalsOfOne(results: readonly VerifyResult[], algorithm: AlgorithmName): Goal[] {
  const best = fastestContestant(results, algorithm, 'one');
  const byLimit = (what: string, contestant: ContestantName): Goal =>
    toGoal({
      group: one,
      what: `${algorithm}, ${what}, relative to the limit`,
      value: findContestant(results, algorithm, 'one', contestant).ofLimit.median,
      atLeast: 0.9,
      profile: `${contestant}, one`,
      why: reasons.one,
    });
  const byPeer = (what: string, contestant: ContestantName): Goal =>
    toGoal({
      group: one,
      what: `${algorithm}, ${what}, relative to the fastest peer`,
      value: best.time.median / findContestant(results, algorithm, 'one', contestant).time.median,
      note: `fastest: ${entryOf(best.contestant).label}`,
      atLeast: 1,
      profile: `${contestant}, one`,
      why: reasons.peers,
    });
  return [
    byLimit('verifySync', 'verifier-sync'),
    byLimit('verifySync without the token cache', 'verifier-sync-uncached'),
    byLimit('verify (a promise)', 'verifier'),
    byLimit('verify without the token cache', 'verifier-uncached'),
    byPeer('verify', 'verifier'),
    byPeer('verify without the token cache', 'verifier-uncached'),
  ];
}

function goalsOfMany(results: readonly VerifyResult[], algorithm: AlgorithmName): Goal[] {
  return [
    ...goalsOfBatches(results, algorithm, algorithm, 'verifier-all'),
    ...goalsOfBatches(results, algorithm, `${algorithm}, without the token cache`, 'verifier-all-uncached'),
  ];
}

function goalsOfBatches(
  results: readonly VerifyResult[],
  algorithm: AlgorithmName,
  what: string,
  contestant: ContestantName,
): Goal[] {
  const ours = findContestant(results, algorithm, 'many', contestant);
  const best = fastestContestant(results, algorithm, 'many');
  const value = best.time.median / ours.time.median;
  const note = `fastest: ${entryOf(best.contestant).label}, ${limitBy(results, algorithm, 'many', best)}`;
  const shared = { group: many, profile: `${contestant}, many`, why: reasons.many };
  return [
    toGoal({ ...shared, what: `${what}, relative to the limit`, value: ours.ofLimit.median, atLeast: 0.85 }),
    toGoal({ ...shared, what: `${what}, relative to the fastest peer`, value, note, atLeast: 1.5 }),
  ];
}

function goalsOfRepeated(results: readonly VerifyResult[]): Goal[] {
  const ours = findContestant(results, 'RS256', 'repeated', 'verifier-sync');
  const ourPromise = findContestant(results, 'RS256', 'repeated', 'verifier');
  const cached = findContestant(results, 'RS256', 'repeated', 'fast-jwt-sync-cached');
  const cachedAsync = findContestant(results, 'RS256', 'repeated', 'fast-jwt-async-cached');
  const byUsual = findContestant(results, 'RS256', 'repeated', 'limit-create-hash').time.median / ours.time.median;
  const bySync = cached.time.median / ours.time.median;
  const byPromise = cachedAsync.time.median / ourPromise.time.median;
  const shared = { group: again, profile: 'verifier-sync, repeated', why: reasons.repeated };
  return [
    toGoal({ ...shared, what: 'verifySync, relative to the limit with createHash', value: byUsual, atLeast: 0.8 }),
    toGoal({
      ...shared,
      what: 'verifySync, relative to the limit with crypto.hash',
      value: ours.ofLimit.median,
      atLeast: 0.8,
    }),
    toGoal({
      ...shared,
      what: "verifySync, relative to fast-jwt's cache with a fixed key",
      value: bySync,
      note: limitBy(results, 'RS256', 'repeated', cached),
      atLeast: 2,
    }),
    toGoal({
      ...shared,
      what: "verify, relative to fast-jwt's cache with an asynchronous key",
      value: byPromise,
      note: limitBy(results, 'RS256', 'repeated', cachedAsync),
      atLeast: 3,
      profile: 'verifier, repeated',
    }),
  ];
}

/** Describes the limit relative to a peer, which is the highest ratio that a verifier can reach. */
function limitBy(results: readonly VerifyResult[], algorithm: AlgorithmName, mode: Mode, peer: VerifyResult): string {
  const limit = findContestant(results, algorithm, mode, 'limit').time.median;
  return `the limit ${(peer.time.median / limit).toFixed(2)} ×`;
}
