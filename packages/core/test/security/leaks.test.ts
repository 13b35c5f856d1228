import { fork } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createVerifier, isAuthError } from '../../src/index.ts';
import { modes } from '../attacks/attack-context.ts';
import { AttackKeys } from '../attacks/attack-keys.ts';
import { corpus } from '../attacks/corpus.ts';
import { runAttack } from '../attacks/run-attack.ts';
import { audience, issuer, signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';
import type { DebugReport } from './children/debug-run.ts';
import { findLeaks, keyMaterialOf } from './find-leaks.ts';
import { formsOf, type ProcessOutput, recordProcessOutput } from './process-output.ts';

const keys = new AttackKeys();
const keyMaterial = keyMaterialOf(keys.jwks);

describe('[SECURITY-NO-LEAKS] tokens and keys', () => {
  let output: ProcessOutput;
  beforeEach(() => {
    output = recordProcessOutput();
  });
  afterEach(() => output.end());

  // The token cache changes no message, so one mode for each engine is enough.
  const sample = modes.filter(({ engine, hasTokenCache }) => (engine.name === 'node') === hasTokenCache);

  it.each(sample)(
    'occur in no error, event, log line, warning or statistic ($engine.name)',
    async (mode) => {
      const leaks: string[] = [];
      let tokens = 0;
      for (const attack of corpus) {
        const before = output.texts().length;
        const { context, ending, stats } = await runAttack(attack, mode, keys);
        const reason: unknown = ending.status === 'rejected' ? ending.reason : undefined;
        const answer = isAuthError(reason) ? createAnswer(reason) : '';
        const texts = [...formsOf(reason), ...formsOf(context.events), JSON.stringify(stats), answer];
        const all = [...texts, ...output.texts().slice(before)];
        const shown = keyMaterial.filter((material) => all.some((text) => text.includes(material)));
        const leaked = [...findLeaks(context, all), ...shown];
        if (leaked.length > 0) leaks.push(`${attack.id}: ${leaked.join(', ')}`);
        tokens += context.tokens.size;
      }
      expect(leaks).toEqual([]);
      expect(tokens).toBeGreaterThan(corpus.length / 2);
      expect(output.texts().join()).toContain('VERIFIER_CLOCK_SKEW');
    },
    120_000,
  );
});

describe('the search', () => {
  it('finds each part and value of a token in each form of a value that contains it', () => {
    const token = signToken(keys.key('ES256'), { sub: 'subject@example.com', limit: 12_345_678_901 });
    const [header, claims, signature] = token.split('.');
    for (const planted of [token, header, claims, signature, 'subject@example.com', '12345678901', 'issuer-x']) {
      const error = new Error('refused', { cause: { nested: [planted] } });
      const hidden = Object.defineProperty(new Error('refused'), 'detail', { value: planted, enumerable: false });
      const isThere = planted !== 'issuer-x';
      for (const thrown of [error, hidden, `a message with ${planted}`, { event: { planted } }]) {
        expect(findLeaks({ tokens: [token], verifiers: [] }, formsOf(thrown)).length > 0).toBe(isThere);
      }
    }
  });
});

const key = generateTestKey('ES256');
const verifier = createVerifier({ issuer, audience, jwks: keySetOf(key) });

function createAnswer(reason: Parameters<typeof verifier.challenge>[0]): string {
  return JSON.stringify(verifier.challenge(reason));
}

describe('an accepted token', () => {
  it('does not occur in any form of its result', async () => {
    const token = signToken(key, { exp: Math.floor(Date.now() / 1000) + 3600 });
    const auth = await verifier.verify(token);
    const [, , signature = ''] = token.split('.');
    for (const form of [...formsOf(auth), ...formsOf({ ...auth }), ...formsOf([auth])].map((text) =>
      text.replace(/\s+/g, ''),
    )) {
      // inspect() calls getters only with `getters: true`; that form alone may contain the token.
      expect(form.replace(`[Getter:'${token}']`, '').includes(signature)).toBe(false);
    }
  });
});

describe('with NODE_DEBUG=verifier', () => {
  it('[SECURITY-NO-LEAKS] the log contains codes and claim names, and no token, key or claim value', async () => {
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
      child.once('exit', (code) => reject(new Error(`The child exited with ${code}: ${log.slice(-2000)}`)));
    });
    await new Promise((done) => child.once('close', done));
    expect(report).toEqual({ attacks: corpus.length, leaks: [] });
    expect(log).toContain('VERIFIER');
    expect(log).toContain('refused, ERR_CLAIM_INVALID (exp)');
  }, 60_000);
});
