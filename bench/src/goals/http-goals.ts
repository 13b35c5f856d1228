import type { HttpResult, HttpResults } from '../http/http-bench.ts';
import { type Framework, frameworks, serverOf } from '../http/server-catalog.ts';
import { fastestServer, findContestant, findServer } from '../peers/fastest-peer.ts';
import type { VerifyResults } from '../verify/verify-bench.ts';
import { type Goal, toGoal } from './goal.ts';
import { reasons } from './reasons.ts';

const repeated = 'HTTP, repeated tokens';
const unique = 'HTTP, unique RS256 tokens';

/** Returns the goals of servers, relative to the limit of verification. */
export function httpGoals({ results }: HttpResults, verify: VerifyResults): Goal[] {
  const cacheLimits = {
    createHash: findContestant(verify.results, 'RS256', 'repeated', 'limit-create-hash').time.median,
    'crypto.hash': findContestant(verify.results, 'RS256', 'repeated', 'limit').time.median,
  };
  const verifyLimit = findContestant(verify.results, 'RS256', 'one', 'limit').time.median;
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
  const ours = findServer(results, framework, 'repeated', 'ours');
  const added = ours.cpuAdded.median;
  const inMiddleware = findServer(results, framework, 'repeated', 'limit');
  const limitInside = inMiddleware.cpuAdded.median;
  const profile = `${framework}-verifier, repeated`;
  return [
    ...Object.entries(cacheLimits).map(([hash, limit]) =>
      toGoal({
        group: repeated,
        what: `${framework}: CPU time added, relative to the limit of a cache with ${hash}`,
        value: added / limit,
        atMost: 2,
        note: `${added.toFixed(1)} µs`,
        profile,
        why: reasons.served,
      }),
    ),
    toGoal({
      group: repeated,
      what: `${framework}: CPU time added, relative to the limit in a middleware`,
      value: added / limitInside,
      atMost: 2,
      note: `${limitInside.toFixed(1)} µs`,
      profile,
      why: reasons.served,
    }),
    toGoal({
      group: repeated,
      what: `${framework}: requests per second, relative to the framework alone`,
      value: ours.ofBare.median,
      atLeast: 0.85,
      note: `the limit in a middleware ${inMiddleware.ofBare.median.toFixed(2)} ×`,
      profile,
      why: reasons.served,
    }),
  ];
}

function goalsOfUnique(results: readonly HttpResult[], framework: Framework, verifyLimit: number): Goal[] {
  const ours = findServer(results, framework, 'unique', 'ours');
  const limitInside = findServer(results, framework, 'unique', 'limit').cpuAdded.median;
  const best = fastestServer(results, framework, 'unique');
  const added = ours.cpuAdded.median;
  const profile = `${framework}-verifier, unique`;
  return [
    toGoal({
      group: unique,
      what: `${framework}: requests per second, relative to the fastest peer`,
      value: ours.requestsPerSecond.median / best.requestsPerSecond.median,
      atLeast: 1.15,
      note: `fastest: ${serverOf(best.server).label}`,
      profile,
      why: reasons.served,
    }),
    toGoal({
      group: unique,
      what: `${framework}: CPU time added, relative to the limit of verification`,
      value: added / verifyLimit,
      atMost: 1.3,
      note: `${added.toFixed(1)} µs`,
      profile,
      why: reasons.served,
    }),
    toGoal({
      group: unique,
      what: `${framework}: CPU time added, relative to the limit in a middleware`,
      value: added / limitInside,
      atMost: 1.3,
      note: `${limitInside.toFixed(1)} µs`,
      profile,
      why: reasons.served,
    }),
  ];
}
