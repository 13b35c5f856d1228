import { stat } from 'node:fs/promises';
import { watchPoolSignatures } from '@verifier/test-issuer';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createVerifier, fromFetchRequest, fromNodeRequest, type SingleIssuerOptions } from '../../src/index.ts';
import type { ImportedKey } from '../../src/runtime/crypto-runtime.ts';
import { threadPoolSize } from '../../src/runtime/node/thread-pool.ts';
import { runtime as node } from '../../src/runtime/node.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { bearerRequest } from '../support/requests.ts';
import { codeOf } from '../support/scenario.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey, type TestKey } from '../support/test-key.ts';
import { engines, optionsFor, verifierFor, verifierOn } from '../support/verifiers.ts';

const threads = threadPoolSize(process.env['UV_THREADPOOL_SIZE']);
const limit = Math.max(1, threads - 1);
const fastLimit = Math.max(64, limit);
const maxWaiting = 10_000;
const key = generateTestKey('ES256');

function watched(): ReturnType<typeof watchPoolSignatures> {
  const signatures = watchPoolSignatures();
  onTestFinished(() => signatures.stop());
  return signatures;
}

/** Returns the tokens of a client that has no key of the issuer. */
function forgedTokens(count: number, { alg, kid }: TestKey): string[] {
  const forger = generateTestKey(alg, kid);
  return Array.from({ length: count }, (_, index) => signToken(forger, { jti: `${index}` }));
}

interface PausedIssuer {
  readonly options: SingleIssuerOptions;
  readonly runtime: Runtime;
  /** The signed text of each signature that is, or was, in the pool. */
  readonly started: string[];
  tokenOf(jti: string): string;
  resume(): void;
}

/** An issuer whose signatures are all valid, and are verified when a test calls `resume`. */
function pausedIssuer(): PausedIssuer {
  const issuerKey = generateTestKey('ES256');
  const started: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const importKey: Runtime['importKey'] = (jwk, algorithm) => {
    const { signatureLength } = node.importKey(jwk, algorithm) as ImportedKey;
    return {
      signatureLength,
      isFast: false,
      verify: () => true,
      verifyInParallel: async (signingInput) => {
        started.push(signingInput);
        await promise;
        return true;
      },
    };
  };
  return {
    options: optionsFor(issuerKey),
    runtime: { ...node, importKey },
    started,
    tokenOf: (jti) => signToken({ ...issuerKey, sign: () => Buffer.alloc(64, 1) }, { jti }),
    resume: resolve,
  };
}

/** Replaces the monotonic clock of the process until the end of the test. */
function startedClock(): { seconds: number } {
  const clock = { seconds: 0 };
  const start = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => start + clock.seconds * 1000);
  return clock;
}

describe('a flood of bad signatures', () => {
  it('[PROCESS-POOL-BOUND] leaves one thread of the pool to the application', async () => {
    const slow = generateTestKey('ES512');
    const verifier = verifierFor(slow);
    const tokens = forgedTokens(300, slow);
    const signatures = watched();
    const answers = tokens.map((token) => verifier.authenticate(bearerRequest(token)));
    await stat(import.meta.filename);
    expect(signatures.total).toBeLessThan(100);
    const codes = new Set(await Promise.all(answers.map(codeOf)));
    expect(codes.has('accepted')).toBe(false);
    expect(signatures.most).toBe(limit);
  });

  it('[PROCESS-POOL-BUSY] is answered with 503 beyond the bound of the queue, and costs cached tokens nothing', async () => {
    const { options, runtime, started, tokenOf, resume } = pausedIssuer();
    const verifier = verifierOn(runtime, { ...options, tokenCache: {} });
    const cached = tokenOf('cached');
    await verifier.verify(cached);
    startedClock();
    const waiting = Array.from({ length: limit + maxWaiting }, (_, index) =>
      verifier.authenticate(bearerRequest(tokenOf(`${index}`))),
    );
    expect(started).toHaveLength(limit);
    const refused = verifier.authenticate(bearerRequest(tokenOf('one more')));
    expect(refused).toMatchObject({ ok: false, error: { code: 'ERR_BUSY', status: 503, retryAfter: 1 } });
    expect(verifier.authenticate(bearerRequest(cached))).toMatchObject({ ok: true });
    resume();
    expect(new Set(await Promise.all(waiting.map(codeOf)))).toEqual(new Set(['accepted']));
    expect(await codeOf(verifier.authenticate(bearerRequest(tokenOf('one more'))))).toBe('accepted');
  });

  it('[PROCESS-POOL-BUSY] is answered with 503 after two seconds in the queue', async () => {
    const { options, runtime, started, tokenOf, resume } = pausedIssuer();
    const clock = startedClock();
    const verifier = verifierOn(runtime, options);
    const answer = (jti: string): Promise<string> => codeOf(verifier.authenticate(bearerRequest(tokenOf(jti))));
    const running = Array.from({ length: limit }, (_, index) => answer(`${index}`));
    const early = answer('early');
    clock.seconds = 1.5;
    const late = answer('late');
    clock.seconds = 2.5;
    resume();
    expect(await Promise.all([...running, early, late])).toEqual([
      ...running.map(() => 'accepted'),
      'ERR_BUSY',
      'accepted',
    ]);
    expect(started).toHaveLength(limit + 1);
  });

  it('[PROCESS-POOL-BOUND] of one length too many is refused without the pool', async () => {
    const verifier = verifierFor(key);
    const token = signToken({ ...key, sign: () => Buffer.alloc(65, 1) });
    const signatures = watched();
    expect(verifier.authenticate(bearerRequest(token))).toMatchObject({ error: { code: 'ERR_SIGNATURE_INVALID' } });
    await stat(import.meta.filename);
    expect(signatures.total).toBe(0);
  });
});

describe('a batch', () => {
  const tokens = Array.from({ length: 300 }, (_, index) => signToken(key, { jti: `${index}` }));

  it('[PROCESS-POOL-BOUND] of any concurrency stays within the bound of the pool, and is never refused', async () => {
    const signatures = watched();
    const results = await verifierFor(key).verifyAll(tokens, { concurrency: 100_000 });
    expect(results.every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(signatures.most).toBe(fastLimit);
  });

  it.each(['RS256', 'PS256', 'ES256', 'Ed25519', 'ES384', 'ES512'] as const)(
    '[PROCESS-POOL-BOUND] leaves a thread to the application if a signature takes long: %s',
    async (alg) => {
      const itsKey = generateTestKey(alg);
      const itsTokens = Array.from({ length: 100 }, (_, index) => signToken(itsKey, { jti: `${index}` }));
      const signatures = watched();
      await verifierFor(itsKey).verifyAll(itsTokens, { concurrency: 1000 });
      expect(signatures.total).toBe(itsTokens.length);
      expect(signatures.most).toBe(['ES384', 'ES512'].includes(alg) ? limit : fastLimit);
    },
  );

  it('[PROCESS-POOL-BOUND] starts in turn with requests', async () => {
    const { options, runtime, started, tokenOf, resume } = pausedIssuer();
    const verifier = verifierOn(runtime, options);
    const batch = verifier.verifyAll(
      tokens.map((_, index) => tokenOf(`batch ${index}`)),
      { concurrency: 1000 },
    );
    const requests = Array.from({ length: 3 }, (_, index) => tokenOf(`request ${index}`));
    const answers = requests.map((token) => verifier.authenticate(bearerRequest(token)));
    resume();
    await Promise.all([...answers, batch]);
    const last = started.findLastIndex((text) => requests.some((token) => token.startsWith(text)));
    expect(last).toBeLessThan(limit + 2 * requests.length);
  });
});

describe('one token', () => {
  const request = (token: string): { rawHeaders: string[]; headers: Record<string, string> } => ({
    rawHeaders: ['Authorization', `Bearer ${token}`],
    headers: { authorization: `Bearer ${token}` },
  });

  it.each([true, false])(
    '[PROCESS-POOL-ONCE] is verified once for all requests in flight: valid %s',
    async (isValid) => {
      const [token = ''] = isValid ? [signToken(key)] : forgedTokens(1, key);
      const options = optionsFor(key);
      const verifiers = [createVerifier(options), createVerifier({ ...options, realm: 'another' })];
      const signatures = watched();
      const answers = Array.from({ length: 100 }, (_, index) =>
        verifiers[index % 2]?.authenticate(bearerRequest(token)),
      );
      const codes = await Promise.all(answers.map((answer) => codeOf(answer as NonNullable<typeof answer>)));
      expect(new Set(codes)).toEqual(new Set([isValid ? 'accepted' : 'ERR_SIGNATURE_INVALID']));
      expect(signatures.total).toBe(1);
    },
  );

  it('[PROCESS-POOL-ONCE] is verified with each key that two verifiers have for it', async () => {
    const token = signToken(key);
    const another = generateTestKey('ES256', key.kid);
    const verifiers = [verifierFor(key), verifierFor(another)];
    const answers = verifiers.map((verifier) => verifier.authenticate(bearerRequest(token)));
    expect(await Promise.all(answers.map(codeOf))).toEqual(['accepted', 'ERR_SIGNATURE_INVALID']);
  });

  it.each([
    [
      'Node.js',
      (token: string) => {
        const sent = request(token);
        return () => fromNodeRequest(sent);
      },
    ],
    [
      'Node.js that no server received',
      (token: string) => {
        const { headers } = request(token);
        return () => fromNodeRequest({ headers });
      },
    ],
    [
      'the Fetch API',
      (token: string) => {
        const sent = new Request('https://api.example', { headers: { authorization: `Bearer ${token}` } });
        return () => fromFetchRequest(sent);
      },
    ],
  ])('[PROCESS-POOL-ONCE] is verified once for a request of %s, one guard after another', async (_name, requestOf) => {
    const tokens = [signToken(key), ...forgedTokens(1, key)];
    for (const token of tokens) {
      const verifier = verifierFor(key);
      const adapt = requestOf(token);
      const signatures = watched();
      for (let guard = 0; guard < 20; guard += 1) await verifier.authenticate(adapt());
      expect(signatures.total).toBe(1);
      await verifier.authenticate(requestOf(token)());
      expect(signatures.total).toBe(2);
    }
  });

  it('[PROCESS-POOL-ONCE] is verified again for a request that was refused because the pool was busy', async () => {
    const { options, runtime, tokenOf, resume } = pausedIssuer();
    const verifier = verifierOn(runtime, options);
    startedClock();
    const others = Array.from({ length: limit + maxWaiting }, (_, index) =>
      verifier.authenticate(bearerRequest(tokenOf(`other ${index}`))),
    );
    const adapted = fromNodeRequest(request(tokenOf('refused')));
    expect(await codeOf(verifier.authenticate(adapted))).toBe('ERR_BUSY');
    resume();
    await Promise.all(others);
    expect(await codeOf(verifier.authenticate(adapted))).toBe('accepted');
  });

  it.each(engines)(
    '[PROCESS-POOL-ONCE] shares no promise between requests where that is forbidden: $name',
    async (engine) => {
      const { options, runtime, started, tokenOf, resume } = pausedIssuer();
      const verifier = verifierOn({ ...engine, importKey: runtime.importKey, sharesPromises: false }, options);
      const token = tokenOf('shared');
      const [one, two] = [fromNodeRequest(request(token)), fromNodeRequest(request(token))];
      const answers = [one, one, two].map((each) => verifier.authenticate(each));
      expect(started).toHaveLength(2);
      resume();
      expect(await Promise.all(answers.map(codeOf))).toEqual(['accepted', 'accepted', 'accepted']);
    },
  );
});

describe('the number of threads', () => {
  it.each([
    [undefined, 4],
    ['8', 8],
    [' 8 threads', 8],
    ['1', 1],
    ['0', 1],
    ['', 1],
    ['many', 1],
    ['-1', 1024],
    ['5000', 1024],
  ])('[PROCESS-POOL-BOUND] is what libuv reads from UV_THREADPOOL_SIZE=%s: %d', (value, expected) => {
    expect(threadPoolSize(value)).toBe(expected);
  });
});
