import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';
import { type FaultServer, startFaultServer } from '@verifier/test-issuer';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, toAnswer } from './answer.ts';
import { exchange, type RawRequest } from './exchange.ts';
import { type Pollution, pollutions, withPollution } from './pollution.ts';
import type { AdapterHarness } from './suite.ts';
import { type SigningContext, signed, tampered } from './token-builder.ts';

const audience = 'https://api.example';
const kid = 'key';
const issuerKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const attackerKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });

// Each is answered differently if one of the options were read from Object.prototype.
function requestsFor(context: SigningContext): readonly RawRequest[] {
  const soon = Math.floor(Date.now() / 1000) - 60;
  const tokens = {
    good: signed(),
    plainType: signed({}, { typ: 'JWT' }),
    idToken: signed({ at_hash: 'hash' }, { typ: 'JWT' }),
    justExpired: signed({ exp: soon }),
    otherAudience: signed({ aud: 'https://other.example' }),
    withoutScope: signed({ scope: undefined }),
    login: signed({ acr: 'mfa', auth_time: soon }),
    otherLogin: signed({ acr: 'phr', auth_time: soon }),
    tampered: tampered(({ header, claims }) => ({ header, claims, signature: 'AAAA' })),
    attacker: (signing: SigningContext) => signed()({ ...signing, privateKey: attackerKeys.privateKey }),
  };
  const bearers = Object.values(tokens).map((build) => ['Authorization', `Bearer ${build(context)}`] as const);
  const paths = ['/public', '/protected', '/scoped', '/any-scoped', '/claims', '/login'];
  return paths.flatMap((path) => [
    { method: 'GET', path, headers: [] },
    ...bearers.map((header) => ({ method: 'GET', path, headers: [header] })),
  ]);
}

interface Record {
  readonly answers: readonly Answer[];
  readonly fetches: object;
}

/** The limits of a framework that reads from `Object.prototype` itself. */
export interface PollutionSettings {
  /** Names that stop the framework. */
  readonly except?: readonly string[];
  /** Whether the framework works at all with an enumerable property; true by default. */
  readonly isEnumerable?: boolean;
}

/**
 * Defines one test for each option name. It adds the name to `Object.prototype`, and expects the answers and the fetches
 * of an unpolluted process.
 */
export function describePollution(
  name: string,
  harness: AdapterHarness,
  { except = [], isEnumerable = true }: PollutionSettings = {},
): void {
  describe(`[OPTIONS-OWN] ${name} reads no option from Object.prototype`, () => {
    let unpolluted: Record;
    beforeAll(async () => {
      unpolluted = await withIssuer((server) => record(harness, server));
    });

    it('answers differently to different requests', () => {
      expect(new Set(unpolluted.answers.map(({ status }) => status))).toEqual(new Set([200, 401, 403]));
      expect(unpolluted.fetches).toEqual({ metadata: 1, keys: 1, other: 0 });
    });

    const all: readonly Pollution[] = [...pollutions, ['jwks', keySetOf(attackerKeys)]];
    it.each(all.filter(([option]) => !except.includes(option)))('%s', async (...pollution) => {
      const polluted = await withIssuer((server) =>
        withPollution(pollution, () => record(harness, server), isEnumerable),
      );
      expect(polluted).toEqual(unpolluted);
    });
  });
}

async function record(harness: AdapterHarness, server: FaultServer): Promise<Record> {
  const { issuer } = server;
  const app = await harness.start(Object.assign(Object.create(null), { profile: 'default', issuer, audience }));
  try {
    const answers: Answer[] = [];
    for (const request of requestsFor({ issuer, audience, kid, ...issuerKeys, issued: '' })) {
      answers.push(toAnswer(await exchange(app.origin, request), issuer));
    }
    const { metadata, keys, other } = server.counts;
    return { answers, fetches: { metadata, keys, other } };
  } finally {
    await app.close();
  }
}

// One for each record: an adapter that is not closed keeps the keys of its issuer.
async function withIssuer<TResult>(work: (server: FaultServer) => Promise<TResult>): Promise<TResult> {
  const server = await startFaultServer();
  server.publish(keySetOf(issuerKeys));
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

function keySetOf({ publicKey }: KeyPairKeyObjectResult): { readonly keys: readonly object[] } {
  return { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }] };
}
