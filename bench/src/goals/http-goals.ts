import type { HttpResult, HttpResults } from '../http/http-bench.ts';
import type { TokenKind } from '../http/load-role.ts';
import { type Framework, frameworks, serverOf } from '../http/server-catalog.ts';
import type { VerifyResults } from '../verify/verify-bench.ts';
import { type Goal, judge } from './goal.ts';
import { reasons } from './reasons.ts';
import { find as findVerified } from './verify-goals.ts';

const repeated = 'HTTP, repeated tokens';
const unique = 'HTTP, unique RS256 tokens';

/** What serving must reach, by what verifying takes at least. */
export function httpGoals({ results }: HttpResults, verify: VerifyResults): Goal[] {
  const cacheLimits = {
    createHash: findVerified(verify.results, 'RS256', 'repeated', 'limit-create-hash').time.median,
    'crypto.hash': findVerified(verify.results, 'RS256', 'repeated', 'limit').time.median,
  };
  const verifyLimit = findVerified(verify.results, 'RS256', 'one', 'limit').time.median;
  return [
    ...frameworks.flatMap((framework) => goalsOfRepeated(results, framework, cacheLimits)),
    ...frameworks.flatMap((framework) => goalsOfUnique(results, framework, verifyLimit)),
  ];
}

function goalsOfRepeated(
  results: readonly HttpResult[],
  framework: Framework,
  cacheLimits: Readonly<Record<string, number>>,
): Goal[] {
  const ours = find(results, framework, 'repeated', 'ours');
  const added = ours.cpuAdded.median;
  const inMiddleware = find(results, framework, 'repeated', 'limit');
  const limitInside = inMiddleware.cpuAdded.median;
  const profile = `${framework}-verifier, repeated`;
  return [
    ...Object.entries(cacheLimits).map(([hash, limit]) =>
      judge({
        group: repeated,
        what: `${framework}: processor time added, by the limit of a cache with ${hash}`,
        value: added / limit,
        atMost: 2,
        note: `${added.toFixed(1)} µs`,
        profile,
        why: reasons.served,
      }),
    ),
    judge({
      group: repeated,
      what: `${framework}: the same, by that limit in a middleware`,
      value: added / limitInside,
      atMost: 2,
      note: `${limitInside.toFixed(1)} µs`,
      profile,
      why: reasons.served,
    }),
    judge({
      group: repeated,
      what: `${framework}: requests a second, by the framework alone`,
      value: ours.ofBare.median,
      atLeast: 0.85,
      note: `the limit in a middleware ${inMiddleware.ofBare.median.toFixed(2)} ×`,
      profile,
      why: reasons.served,
    }),
  ];
}

function goalsOfUnique(results: readonly HttpResult[], framework: Framework, verifyLimit: number): Goal[] {
  const ours = find(results, framework, 'unique', 'ours');
  const limitInside = find(results, framework, 'unique', 'limit').cpuAdded.median;
  const peers = results.filter(
    (result) => result.framework === framework && result.kind === 'unique' && serverOf(result.server).kind === 'peer',
  );
  const best = peers.sort((left, right) => right.requestsPerSecond.median - left.requestsPerSecond.median)[0] ?? ours;
  const added = ours.cpuAdded.median;
  const profile = `${framework}-verifier, unique`;
  return [
    judge({
      group: unique,
      what: `${framework}: requests a second, by the best peer`,
      value: ours.requestsPerSecond.median / best.requestsPerSecond.median,
      atLeast: 1.15,
      note: `next is ${serverOf(best.server).label}`,
      profile,
      why: reasons.served,
    }),
    judge({
      group: unique,
      what: `${framework}: processor time added, by the limit of verifying`,
      value: added / verifyLimit,
      atMost: 1.3,
      note: `${added.toFixed(1)} µs`,
      profile,
      why: reasons.served,
    }),
    judge({
      group: unique,
      what: `${framework}: the same, by that limit in a middleware`,
      value: added / limitInside,
      atMost: 1.3,
      note: `${limitInside.toFixed(1)} µs`,
      profile,
      why: reasons.served,
    }),
  ];
}

function find(
  results: readonly HttpResult[],
  framework: Framework,
  tokens: TokenKind,
  role: 'ours' | 'limit',
): HttpResult {
  const found = results.find((result) => {
    return result.framework === framework && result.kind === tokens && serverOf(result.server).kind === role;
  });
  if (found === undefined) throw new Error(`Nothing was measured of ${framework}, ${tokens}`);
  return found;
}
