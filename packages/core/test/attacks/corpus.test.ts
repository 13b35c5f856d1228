import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { allAlgorithms } from '../../src/crypto/algorithms.ts';
import { mint } from '../fixtures/mint.ts';
import { modes, openArena } from './arena.ts';
import { createArsenal } from './arsenal.ts';
import { type ClassNumber, classes } from './classes.ts';
import { corpus } from './corpus.ts';
import { rawSigned } from './rows/signatures.ts';
import { runAttack } from './run-attack.ts';

const arsenal = createArsenal();
const numbers = Object.keys(classes).map((number) => Number(number) as ClassNumber);

// Whatever opens a connection, it does not go unseen here.
let sockets = 0;
const unhandled: unknown[] = [];
const count = (): void => {
  sockets += 1;
};
const note = (reason: unknown): void => void unhandled.push(reason);

beforeAll(() => {
  subscribe('net.client.socket', count);
  process.on('unhandledRejection', note);
});

afterAll(() => {
  unsubscribe('net.client.socket', count);
  process.off('unhandledRejection', note);
  expect({ sockets, unhandled }).toEqual({ sockets: 0, unhandled: [] });
});

// Clocks, outages and issuers that name another one are told to the operator, and are expected here.
beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
});

describe('the corpus', () => {
  it('has at least 600 attacks, each with a name of its own', () => {
    expect(corpus.length).toBeGreaterThanOrEqual(600);
    expect(new Set(corpus.map(({ id }) => id)).size).toBe(corpus.length);
  });

  it('has attacks of every class', () => {
    const present = new Set(corpus.map((attack) => attack.class));
    expect(numbers.filter((number) => !present.has(number))).toEqual([]);
  });

  it.each(modes)('is run by verifiers that accept good tokens ($engine.name, remembers: $remembers)', async (mode) => {
    const arena = openArena(mode, arsenal);
    for (const alg of allAlgorithms) {
      const token = mint(arsenal.key(alg));
      expect(await arena.codeOf(arena.verifier().verify(token))).toBe('let in');
      expect(await arena.codeOf(arena.remote().verify(token))).toBe('let in');
    }
    await arena.close();
  });

  it.each(modes)(
    'makes raw RSA signatures that hold where nothing is wrong with them ($engine.name, $remembers)',
    async (mode) => {
      const arena = openArena(mode, arsenal);
      for (const alg of ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const) {
        expect(await arena.codeOf(arena.verifier().verify(rawSigned(arsenal, alg)))).toBe('let in');
      }
      await arena.close();
    },
  );
});

describe.each(numbers)('%i', (number) => {
  describe(classes[number].name, () => {
    for (const attack of corpus.filter((candidate) => candidate.class === number)) {
      const { id, advisory, how, code, requests } = attack;
      it(`${id} (${advisory}): ${how} -> ${code}`, async () => {
        const outcomes = [];
        for (const mode of modes) outcomes.push(await runAttack(attack, mode, arsenal));
        const expected = { code, requests, isAnswered: true, toldApart: [] };
        expect(outcomes).toEqual(modes.map(({ engine, remembers }) => ({ on: engine.name, remembers, ...expected })));
      });
    }
  });
});
