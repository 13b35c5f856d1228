import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { allAlgorithms } from '../../src/crypto/algorithms.ts';
import { signToken } from '../support/sign-token.ts';
import { AttackContext, modes } from './attack-context.ts';
import { AttackKeys } from './attack-keys.ts';
import { type ClassNumber, classes } from './classes.ts';
import { corpus } from './corpus.ts';
import { rawSigned } from './rows/signatures.ts';
import { outcomeOf } from './run-attack.ts';

const keys = new AttackKeys();
const numbers = Object.keys(classes).map((number) => Number(number) as ClassNumber);

// No attack may open a connection, by whatever means.
let sockets = 0;
const unhandled: unknown[] = [];
const countSocket = (): void => {
  sockets += 1;
};
const recordRejection = (reason: unknown): void => void unhandled.push(reason);

beforeAll(() => {
  subscribe('net.client.socket', countSocket);
  process.on('unhandledRejection', recordRejection);
});

afterAll(() => {
  unsubscribe('net.client.socket', countSocket);
  process.off('unhandledRejection', recordRejection);
  expect({ sockets, unhandled }).toEqual({ sockets: 0, unhandled: [] });
});

// Many attacks cause a warning for the operator, as they should.
beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
});

describe('[SECURITY-ATTACKS] the corpus', () => {
  it('has at least 600 attacks with unique names', () => {
    expect(corpus.length).toBeGreaterThanOrEqual(600);
    expect(new Set(corpus.map(({ id }) => id)).size).toBe(corpus.length);
  });

  it('has attacks of every class', () => {
    const present = new Set(corpus.map((attack) => attack.class));
    expect(numbers.filter((number) => !present.has(number))).toEqual([]);
  });

  it.each(modes)(
    'runs on verifiers that accept valid tokens ($engine.name, token cache: $hasTokenCache)',
    async (mode) => {
      const context = new AttackContext(mode, keys);
      for (const alg of allAlgorithms) {
        const token = signToken(keys.key(alg));
        expect(await context.codeOf(context.verifier().verify(token))).toBe('accepted');
        expect(await context.codeOf(context.remoteVerifier().verify(token))).toBe('accepted');
      }
      await context.close();
    },
  );

  it.each(modes)(
    'creates raw RSA signatures that are valid unless altered ($engine.name, token cache: $hasTokenCache)',
    async (mode) => {
      const context = new AttackContext(mode, keys);
      for (const alg of ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const) {
        expect(await context.codeOf(context.verifier().verify(rawSigned(keys, alg)))).toBe('accepted');
      }
      await context.close();
    },
  );
});

describe.each(numbers)('[SECURITY-ATTACKS] %i', (number) => {
  describe(classes[number].name, () => {
    for (const attack of corpus.filter((candidate) => candidate.class === number)) {
      const { id, advisory, how, code, requests } = attack;
      it(`${id} (${advisory}): ${how} -> ${code}`, async () => {
        const outcomes = [];
        for (const mode of modes) outcomes.push(await outcomeOf(attack, mode, keys));
        const expected = { code, requests, isAnswered: true, distinguishable: [] };
        expect(outcomes).toEqual(
          modes.map(({ engine, hasTokenCache }) => ({ engine: engine.name, hasTokenCache, ...expected })),
        );
      });
    }
  });
});
