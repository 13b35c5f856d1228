import { fork } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createVerifier, isAuthError } from '../../src/index.ts';
import { modes } from '../attacks/arena.ts';
import { createArsenal } from '../attacks/arsenal.ts';
import { corpus } from '../attacks/corpus.ts';
import { runIn } from '../attacks/run-attack.ts';
import { audience, issuer, mint } from '../fixtures/mint.ts';
import { createTestKey, keySetOf } from '../fixtures/test-key.ts';
import type { DebugReport } from './children/debug-run.ts';
import { keyMaterialIn, leaksIn } from './suspects.ts';
import { collectTraces, formsOf, type Traces } from './traces.ts';

const arsenal = createArsenal();
const keyMaterial = keyMaterialIn(arsenal.jwks);

describe('what tokens hold', () => {
  let traces: Traces;
  beforeEach(() => {
    traces = collectTraces();
  });
  afterEach(() => traces.end());

  // What is remembered changes nothing about what is told.
  const sample = modes.filter(({ engine, remembers }) => (engine.name === 'node') === remembers);

  it.each(sample)(
    'is in no error, event, log, warning or count ($engine.name)',
    async (mode) => {
      const leaks: string[] = [];
      let tokens = 0;
      for (const attack of corpus) {
        const before = traces.texts().length;
        const { arena, ending, stats } = await runIn(attack, mode, arsenal);
        const reason: unknown = ending.status === 'rejected' ? ending.reason : undefined;
        const answer = isAuthError(reason) ? createAnswer(reason) : '';
        const texts = [...formsOf(reason), ...formsOf(arena.events), JSON.stringify(stats), answer];
        const all = [...texts, ...traces.texts().slice(before)];
        const shown = keyMaterial.filter((material) => all.some((text) => text.includes(material)));
        const leaked = [...leaksIn(arena, all), ...shown];
        if (leaked.length > 0) leaks.push(`${attack.id}: ${leaked.join(', ')}`);
        tokens += arena.tokens.size;
      }
      expect(leaks).toEqual([]);
      expect(tokens).toBeGreaterThan(corpus.length / 2);
      expect(traces.texts().join()).toContain('VERIFIER_CLOCK_SKEW');
    },
    120_000,
  );
});

describe('the search', () => {
  it('finds each part and value of a token in each form of what holds it', () => {
    const token = mint(arsenal.key('ES256'), { sub: 'somebody@example.com', limit: 12_345_678_901 });
    const [header, claims, signature] = token.split('.');
    for (const planted of [token, header, claims, signature, 'somebody@example.com', '12345678901', 'issuer-x']) {
      const error = new Error('refused', { cause: { nested: [planted] } });
      const hidden = Object.defineProperty(new Error('refused'), 'detail', { value: planted, enumerable: false });
      const isThere = planted !== 'issuer-x';
      for (const thrown of [error, hidden, `told of ${planted}`, { event: { planted } }]) {
        expect(leaksIn({ tokens: [token], verifiers: [] }, formsOf(thrown)).length > 0).toBe(isThere);
      }
    }
  });
});

const key = createTestKey('ES256');
const verifier = createVerifier({ issuer, audience, jwks: keySetOf(key) });

function createAnswer(reason: Parameters<typeof verifier.challenge>[0]): string {
  return JSON.stringify(verifier.challenge(reason));
}

describe('a token that was let in', () => {
  it('is not shown by its result, in whatever form', async () => {
    const token = mint(key, { exp: Math.floor(Date.now() / 1000) + 3600 });
    const auth = await verifier.verify(token);
    const [, , signature = ''] = token.split('.');
    for (const form of [...formsOf(auth), ...formsOf({ ...auth }), ...formsOf([auth])].map((text) =>
      text.replace(/\s+/g, ''),
    )) {
      // inspect() calls getters only where it is told to, and what was told to look behind them may find the token.
      expect(form.replace(`[Getter:'${token}']`, '').includes(signature)).toBe(false);
    }
  });
});

describe('with NODE_DEBUG=verifier', () => {
  it('the log has codes and claim names, and nothing of what tokens hold', async () => {
    const child = fork(new URL('children/debug-run.ts', import.meta.url), [], {
      env: { ...process.env, NODE_DEBUG: 'verifier', NODE_OPTIONS: '' },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      silent: true,
    });
    let log = '';
    child.stderr?.on('data', (chunk) => {
      log += chunk;
    });
    const report = await new Promise<DebugReport>((resolve, reject) => {
      child.once('message', (message) => resolve(message as DebugReport));
      child.once('exit', (code) => reject(new Error(`It ended with ${code}: ${log.slice(-2000)}`)));
    });
    await new Promise((done) => child.once('close', done));
    expect(report).toEqual({ attacks: corpus.length, leaks: [] });
    expect(log).toContain('VERIFIER');
    expect(log).toContain('refused, ERR_CLAIM_INVALID (exp)');
  }, 60_000);
});
