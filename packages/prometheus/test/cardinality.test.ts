import type { AuthErrorCode, VerifierStats } from '@verifier/core';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { fetchFailures } from '../src/counts.ts';
import { collectVerifierMetrics } from '../src/index.ts';
import { type Result, resultOfCode } from '../src/result-of-code.ts';
import { FakeVerifier, issuerStats, verifierStats } from './support/fake-verifier.ts';
import { readProjectFile } from './support/observability-files.ts';
import { readSamples, sampleValue } from './support/read-samples.ts';

/** Returns the texts in a union of core. */
function membersOf(type: string, path: string): string[] {
  const [, union = ''] = new RegExp(`export type ${type} =([^;]*);`).exec(readProjectFile(path)) ?? [];
  return [...union.matchAll(/'([\w-]+)'/g)].map(([, member = '']) => member);
}

/** Issuers that a resolver accepted. */
function resolved(issuers: Record<string, Partial<VerifierStats['issuers'][string]>>): VerifierStats {
  const entries = Object.entries(issuers).map(([name, stats]) => [name, issuerStats({ configured: false, ...stats })]);
  return verifierStats({ issuers: Object.fromEntries(entries) });
}

describe('the label code', () => {
  it('[METRICS-BOUNDED] has every code of core as a value', () => {
    // The compiler compares the names, this test the page.
    const complete: Readonly<Record<AuthErrorCode, Exclude<Result, 'success'>>> = resultOfCode as never;
    const page = readProjectFile('docs/errors.md');
    const documented = [...page.matchAll(/^\| `(ERR_\w+)` \|/gm)].map(([, code = '']) => code);
    const codes = documented.filter((code) => code !== 'ERR_CONFIG_INVALID');
    expect(Object.keys(complete).sort()).toEqual([...new Set(codes)].sort());
  });

  it('[METRICS-BOUNDED] is "other" for codes of another version', async () => {
    const register = new Registry();
    const refused = { ERR_OF_LATER: 2, ['__proto__']: 1, constructor: 3 } as VerifierStats['refused'];
    collectVerifierMetrics(new FakeVerifier({ refused }), { register });
    const text = await register.metrics();
    expect(sampleValue(text, 'verifier_refused_total', { code: 'other' })).toBe(6);
    expect(sampleValue(text, 'verifier_authentications_total', { result: 'invalid' })).toBe(6);
    const names = new Set(readSamples(text).map(({ labels }) => labels['code']));
    expect(names.size).toBe(Object.keys(resultOfCode).length + 2);
  });
});

describe('the label kind', () => {
  it('[METRICS-BOUNDED] has every kind of core as a value, and "other"', () => {
    const kinds = [
      ...membersOf('DocumentFault', 'packages/core/src/http/document-error.ts'),
      ...membersOf('FetchFailureKind', 'packages/core/src/observability/events.ts'),
    ];
    expect(kinds.length).toBeGreaterThan(5);
    expect(Object.keys(fetchFailures(verifierStats())).sort()).toEqual([...kinds, 'other'].sort());
    expect(fetchFailures(verifierStats({ fetchFailures: { ...{ later: 2 }, network: 1 } }))).toMatchObject({
      network: 1,
      other: 2,
    });
  });
});

describe('the label issuer', () => {
  it('[METRICS-BOUNDED] is "other" for the issuers of a resolver, with their sum', async () => {
    const register = new Registry();
    const verifier = new FakeVerifier();
    verifier.current = resolved({
      'https://a.example': { keys: 1, age: 500, keySetLife: 600, outage: true },
      'https://b.example': { keys: 2, age: 100, keySetLife: 60, outage: true },
      'https://c.example': { keys: 3, age: null, keySetLife: null },
    });
    collectVerifierMetrics(verifier, { register });
    const text = await register.metrics();
    expect(text).not.toContain('.example');
    expect(sampleValue(text, 'verifier_outage', { issuer: 'other' })).toBe(2);
    expect(sampleValue(text, 'verifier_key_set_keys', { issuer: 'other' })).toBe(6);
    expect(sampleValue(text, 'verifier_key_set_age_seconds', { issuer: 'other' })).toBe(100);
    expect(sampleValue(text, 'verifier_key_set_life_seconds', { issuer: 'other' })).toBe(60);
    expect(sampleValue(text, 'verifier_key_set_lookups_total', { issuer: 'other', result: 'hit' })).toBe(120);
  });

  it('[METRICS-BOUNDED] "other" never decreases when issuers are evicted, come back or are cleared', async () => {
    const register = new Registry();
    const verifier = new FakeVerifier();
    collectVerifierMetrics(verifier, { register });
    const hits = async (...saved: (number | undefined)[]): Promise<number | undefined> => {
      const known = saved.flatMap((contactsSaved, index) =>
        contactsSaved === undefined ? [] : [[`https://${index}.example`, { contactsSaved, refreshes: 1 }] as const],
      );
      verifier.current = resolved(Object.fromEntries(known));
      return sampleValue(await register.metrics(), 'verifier_key_set_lookups_total', {
        issuer: 'other',
        result: 'hit',
      });
    };
    expect(await hits()).toBeUndefined();
    expect(await hits(10)).toBe(10);
    expect(await hits(12, 5)).toBe(17);
    expect(await hits(undefined, 6)).toBe(18);
    expect(await hits(2, 6)).toBe(20);
    expect(await hits(2, 1)).toBe(21);
    expect(await hits()).toBe(21);
  });
});
