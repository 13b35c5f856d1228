import type { HttpResult } from '../http/http-bench.ts';
import type { TokenKind } from '../http/load-role.ts';
import { type Framework, serverOf } from '../http/server-catalog.ts';
import type { AlgorithmName } from '../plan.ts';
import type { ColdResult } from '../start/start-bench.ts';
import type { VerifyResult } from '../verify/verify-bench.ts';
import { type ContestantName, entryOf, type Mode } from './catalog.ts';

/** Returns the measurements of one contestant. */
export function findContestant(
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

/** Returns the peer that verifies tokens fastest. */
export function fastestContestant(
  results: readonly VerifyResult[],
  algorithm: AlgorithmName,
  mode: Mode,
): VerifyResult {
  const peers = results.filter((result) => {
    const { isOurs, isLimit } = entryOf(result.contestant);
    return result.algorithm === algorithm && result.mode === mode && isOurs !== true && isLimit !== true;
  });
  const [fastest] = peers.sort((left, right) => left.time.median - right.time.median);
  if (fastest === undefined) throw new Error(`No peer was measured: ${algorithm}, ${mode}`);
  return fastest;
}

/** Returns the measurements of our server, or of the limit, in a framework. */
export function findServer(
  results: readonly HttpResult[],
  framework: Framework,
  tokens: TokenKind,
  role: 'ours' | 'limit',
): HttpResult {
  const found = results.find((result) => {
    return result.framework === framework && result.kind === tokens && serverOf(result.server).kind === role;
  });
  if (found === undefined) throw new Error(`No measurement of ${framework}, ${tokens}`);
  return found;
}

/** Returns the peer that serves the most requests per second in a framework. */
export function fastestServer(results: readonly HttpResult[], framework: Framework, tokens: TokenKind): HttpResult {
  const peers = results.filter(
    (result) => result.framework === framework && result.kind === tokens && serverOf(result.server).kind === 'peer',
  );
  const [fastest] = peers.sort((left, right) => right.requestsPerSecond.median - left.requestsPerSecond.median);
  if (fastest === undefined) throw new Error(`No peer was measured: ${framework}, ${tokens}`);
  return fastest;
}

/** Returns our cold start and the fastest one of a peer, both with the same number of round trips. */
export function coldStarts(starts: readonly ColdResult[], roundTrips: number): { ours: ColdResult; peer: ColdResult } {
  const alike = starts.filter((start) => start.roundTrips === roundTrips);
  const ours = alike.find(({ name }) => name.startsWith('verifier'));
  const [peer] = alike
    .filter(({ name }) => !name.startsWith('verifier'))
    .sort((left, right) => left.ms.median - right.ms.median);
  if (ours === undefined || peer === undefined) throw new Error(`No cold start with ${roundTrips} round trips`);
  return { ours, peer };
}
