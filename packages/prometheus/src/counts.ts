import type { VerifierStats } from '@verifier/core';
import { type Result, resultOfCode } from './result-of-code.ts';

type Counts = Readonly<Record<string, number>>;

const fetchFailureKinds = [
  'network',
  'timeout',
  'status',
  'content-type',
  'content-coding',
  'decoding',
  'size',
  'json',
  'aborted',
  'headers',
  'library',
  'content',
  'metadata',
];

/**
 * Counts by label value: zero for each known one, so that a first occurrence is an increase. Unknown ones are `other`.
 */
function withKnown(known: readonly string[], counted: Readonly<Partial<Record<string, number>>>): Counts {
  const counts = new Map<string, number>([...known, 'other'].map((name) => [name, 0]));
  for (const [name, count = 0] of Object.entries(counted)) {
    const label = counts.has(name) ? name : 'other';
    counts.set(label, (counts.get(label) ?? 0) + count);
  }
  return Object.fromEntries(counts);
}

/** Refused tokens by code. */
export function refusals({ refused }: VerifierStats): Counts {
  return withKnown(Object.keys(resultOfCode), refused);
}

/** Failed fetches by kind. */
export function fetchFailures(stats: VerifierStats): Counts {
  return withKnown(fetchFailureKinds, stats.fetchFailures);
}

/** Authentications by result. */
export function results(stats: VerifierStats): Readonly<Record<Result, number>> {
  const counts = { success: stats.verified, expired: 0, invalid: 0, error: 0 };
  const known: Readonly<Record<string, Exclude<Result, 'success'>>> = resultOfCode;
  for (const [code, count] of Object.entries(refusals(stats))) counts[known[code] ?? 'invalid'] += count;
  return counts;
}

/** DPoP proofs by result. */
export function proofResults({ proofs }: VerifierStats): Readonly<Record<string, number>> {
  const counts = { success: proofs.accepted, invalid: 0, error: 0 };
  const known: Readonly<Record<string, string>> = resultOfCode;
  for (const [code, count = 0] of Object.entries(proofs.refused)) {
    counts[known[code] === 'error' ? 'error' : 'invalid'] += count;
  }
  return counts;
}
