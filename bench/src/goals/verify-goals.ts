import { type ContestantName, entryOf, type Mode } from '../peers/catalog.ts';
import type { AlgorithmName } from '../plan.ts';
import type { VerifyResult, VerifyResults } from '../verify/verify-bench.ts';
import { type Goal, judge } from './goal.ts';
import { reasons } from './reasons.ts';

const one = 'unique tokens, one at a time';
const many = 'verifyAll, unique tokens, 64 at a time';
const again = 'repeated tokens';

/** What verifying must reach. */
export function verifyGoals({ results }: VerifyResults): Goal[] {
  const algorithms = [...new Set(results.map(({ algorithm }) => algorithm))];
  return [
    ...algorithms.flatMap((algorithm) => goalsOfOne(results, algorithm)),
    ...algorithms.flatMap((algorithm) => goalsOfMany(results, algorithm)),
    ...goalsOfRepeated(results),
  ];
}

function goalsOfOne(results: readonly VerifyResult[], algorithm: AlgorithmName): Goal[] {
  const best = bestPeer(results, algorithm, 'one');
  const byLimit = (what: string, contestant: ContestantName): Goal =>
    judge({
      group: one,
      what: `${algorithm}, ${what} by the limit`,
      value: find(results, algorithm, 'one', contestant).ofLimit.median,
      atLeast: 0.9,
      profile: `${contestant}, one`,
      why: reasons.one,
    });
  const byPeer = (what: string, contestant: ContestantName): Goal =>
    judge({
      group: one,
      what: `${algorithm}, ${what} by the best peer`,
      value: best.time.median / find(results, algorithm, 'one', contestant).time.median,
      note: `next is ${entryOf(best.contestant).label}`,
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
    ...goalsOfBatches(results, algorithm, `${algorithm}, without the token cache,`, 'verifier-all-uncached'),
  ];
}

function goalsOfBatches(
  results: readonly VerifyResult[],
  algorithm: AlgorithmName,
  what: string,
  contestant: ContestantName,
): Goal[] {
  const ours = find(results, algorithm, 'many', contestant);
  const best = bestPeer(results, algorithm, 'many');
  const value = best.time.median / ours.time.median;
  const note = `next is ${entryOf(best.contestant).label}, ${limitBy(results, algorithm, 'many', best)}`;
  const shared = { group: many, profile: `${contestant}, many`, why: reasons.many };
  return [
    judge({ ...shared, what: `${what} by the limit`, value: ours.ofLimit.median, atLeast: 0.85 }),
    judge({ ...shared, what: `${what} by the best peer`, value, note, atLeast: 1.5 }),
  ];
}

function goalsOfRepeated(results: readonly VerifyResult[]): Goal[] {
  const ours = find(results, 'RS256', 'repeated', 'verifier-sync');
  const ourPromise = find(results, 'RS256', 'repeated', 'verifier');
  const cached = find(results, 'RS256', 'repeated', 'fast-jwt-sync-cached');
  const cachedAsync = find(results, 'RS256', 'repeated', 'fast-jwt-async-cached');
  const byUsual = find(results, 'RS256', 'repeated', 'limit-create-hash').time.median / ours.time.median;
  const bySync = cached.time.median / ours.time.median;
  const byPromise = cachedAsync.time.median / ourPromise.time.median;
  const shared = { group: again, profile: 'verifier-sync, repeated', why: reasons.repeated };
  return [
    judge({ ...shared, what: 'verifySync by the limit, with createHash', value: byUsual, atLeast: 0.8 }),
    judge({ ...shared, what: 'verifySync by the limit, with crypto.hash', value: ours.ofLimit.median, atLeast: 0.8 }),
    judge({
      ...shared,
      what: "verifySync by fast-jwt's cache, fixed key",
      value: bySync,
      note: limitBy(results, 'RS256', 'repeated', cached),
      atLeast: 2,
    }),
    judge({
      ...shared,
      what: "verify by fast-jwt's cache, asynchronous key",
      value: byPromise,
      note: limitBy(results, 'RS256', 'repeated', cachedAsync),
      atLeast: 3,
      profile: 'verifier, repeated',
    }),
  ];
}

/** What was measured of one contestant. */
export function find(
  results: readonly VerifyResult[],
  algorithm: AlgorithmName,
  mode: Mode,
  contestant: ContestantName,
): VerifyResult {
  const found = results.find(
    (result) => result.algorithm === algorithm && result.mode === mode && result.contestant === contestant,
  );
  if (found === undefined) throw new Error(`${contestant} was not measured: ${algorithm}, ${mode}`);
  return found;
}

/** How many times as fast as a peer the limit is, and with it the most that anybody can reach. */
function limitBy(results: readonly VerifyResult[], algorithm: AlgorithmName, mode: Mode, peer: VerifyResult): string {
  const limit = find(results, algorithm, mode, 'limit').time.median;
  return `the limit ${(peer.time.median / limit).toFixed(2)} ×`;
}

function bestPeer(results: readonly VerifyResult[], algorithm: AlgorithmName, mode: Mode): VerifyResult {
  const peers = results.filter((result) => {
    const { isOurs, isLimit } = entryOf(result.contestant);
    return result.algorithm === algorithm && result.mode === mode && isOurs !== true && isLimit !== true;
  });
  const [best] = peers.sort((left, right) => left.time.median - right.time.median);
  if (best === undefined) throw new Error(`No peer was measured: ${algorithm}, ${mode}`);
  return best;
}
