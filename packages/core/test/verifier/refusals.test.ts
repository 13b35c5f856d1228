import { beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { createGuard, createVerifier, type Guard, type SingleIssuerOptions, type Verifier } from '../../src/index.ts';
import { webTelemetry } from '../../src/runtime/web/telemetry.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { bearerRequest, requestWith, requestWithHeaders } from '../support/requests.ts';
import { audience, issuer, now, signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('ES256');
const secret = 'value-of-a-claim';
let warn: MockInstance<typeof process.emitWarning>;

beforeEach(() => {
  warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
});

function messages(): string[] {
  return warn.mock.calls
    .filter(([, options]) => Object(options).code === 'VERIFIER_ALL_REFUSED')
    .map(([message]) => String(message));
}

async function refuse(verifier: Verifier, token: string, times = 20, requirements = {}): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    expect((await verifier.authenticate(bearerRequest(token), requirements)).ok).toBe(false);
  }
}

interface Mistake {
  readonly token: string;
  readonly options?: Partial<SingleIssuerOptions>;
  readonly requirements?: object;
  readonly says: readonly string[];
}

const other = generateTestKey('ES256', key.kid);

const mistakes: Record<string, Mistake> = {
  'a wrong audience': {
    token: signToken(key, { aud: secret }),
    says: ['ERR_AUDIENCE_MISMATCH', `audience is "${audience}"`, issuer],
  },
  'a trailing slash in the issuer': {
    token: signToken(key, { iss: `${issuer}/` }),
    says: ['ERR_ISSUER_UNKNOWN', `issuer is "${issuer}"`, 'slash'],
  },
  'another algorithm': {
    token: signToken(key),
    options: { algorithms: ['RS256'] },
    says: ['ERR_ALG_NOT_ALLOWED', 'algorithms is "RS256"'],
  },
  'an ID token': {
    token: signToken(key, { nonce: secret, scope: undefined, client_id: undefined }, { typ: 'JWT' }),
    says: ['ERR_TOKEN_TYPE', 'an ID token', 'tokenType'],
  },
  'an opaque token': { token: secret, says: ['ERR_TOKEN_MALFORMED', 'request'] },
  'a long token': {
    token: signToken(key),
    options: { maxTokenSize: 256 },
    says: ['ERR_TOKEN_TOO_LARGE', 'maxTokenSize is 256'],
  },
  'an expired token': {
    token: signToken(key, { exp: now - 60 }),
    says: ['ERR_TOKEN_EXPIRED', 'clockTolerance is 5 s'],
  },
  'a token without a required claim': {
    token: signToken(key),
    options: { requiredClaims: ['tenant'] },
    says: ['ERR_CLAIM_MISSING', '"tenant"', 'requiredClaims'],
  },
  'another client': {
    token: signToken(key, { client_id: secret }),
    options: { clientIds: ['mobile'] },
    says: ['ERR_CLAIM_INVALID', 'clientIds is "mobile"'],
  },
  'a key of another environment': { token: signToken(other), says: ['ERR_SIGNATURE_INVALID', 'option jwks'] },
  'the text of validate': {
    token: signToken(key),
    options: { validate: () => secret },
    says: ['ERR_TOKEN_REJECTED', 'validate'],
  },
  'a missing scope': {
    token: signToken(key, { scope: secret }),
    requirements: { scope: 'orders:read' },
    says: ['ERR_SCOPE_INSUFFICIENT', '"orders:read"', 'scopeClaims'],
  },
  'quotes around the token': { token: `"${signToken(key)}"`, says: ['ERR_CREDENTIALS_MALFORMED', 'quotes'] },
};

const preflight = { ...requestWithHeaders({ 'access-control-request-method': ['GET'] }), method: 'OPTIONS' };
const requirements = { scope: 'orders:read' };

const ways: [string, (guard: Guard, token: string) => Promise<unknown>][] = [
  ['by authenticate', async (guard, token) => guard.authenticate(bearerRequest(token), requirements)],
  [
    'by a route guard',
    async (guard, token) => {
      const result = await guard.authenticate(bearerRequest(token));
      return result.ok && guard.authorize(result.auth, requirements);
    },
  ],
];

describe('the warning about refused tokens', () => {
  it.each(Object.entries(mistakes))(
    '[WARNINGS-REFUSED] names the option and its value for %s, once, and no claim',
    async (_name, mistake) => {
      const { token, options = {}, requirements = {}, says } = mistake;
      const verifier = verifierFor(key, options);
      await refuse(verifier, token, 4, requirements);
      expect(messages()).toEqual([]);
      await refuse(verifier, token, 20, requirements);
      expect(messages()).toHaveLength(1);
      for (const text of [...says, 'My token gets a 401']) expect(messages()[0]).toContain(text);
      expect(messages()[0]).not.toContain(secret);
    },
  );

  it('[WARNINGS-REFUSED] is not written once a token was accepted', async () => {
    const verifier = verifierFor(key);
    await verifier.verify(signToken(key));
    await refuse(verifier, signToken(key, { aud: 'api://other' }));
    expect(messages()).toEqual([]);
  });

  it('[WARNINGS-REFUSED] is written once for each code', async () => {
    const verifier = verifierFor(key);
    for (let round = 0; round < 10; round += 1) {
      await refuse(verifier, signToken(key, { aud: 'api://other' }), 1);
      await refuse(verifier, 'nonsense', 1);
    }
    expect(messages()).toHaveLength(2);
  });

  it('[WARNINGS-REFUSED] is written for CORS preflights, and not a second time for their number', async () => {
    const verifier = verifierFor(key);
    for (let count = 0; count < 50; count += 1) await verifier.authenticate(preflight);
    expect(messages()).toEqual([expect.stringContaining('add CORS before the authentication')]);
  });

  it('[WARNINGS-ANONYMOUS] names the proxy, once, if no request of 20 has a token', async () => {
    const verifier = verifierFor(key);
    for (let count = 0; count < 19; count += 1) await verifier.authenticate(requestWith());
    for (let count = 0; count < 4; count += 1) await verifier.authenticate(preflight);
    expect(messages()).toEqual([]);
    for (let count = 0; count < 50; count += 1) await verifier.authenticate(requestWith());
    expect(messages()).toEqual([expect.stringContaining('a proxy removes it')]);
  });

  it('[WARNINGS-ANONYMOUS] names getToken, if the option reads the token', async () => {
    const verifier = verifierFor(key, { getToken: () => undefined });
    for (let count = 0; count < 20; count += 1) await verifier.authenticate(requestWith());
    expect(messages()).toEqual([expect.stringContaining('getToken')]);
  });

  it.each([
    ['accepted', signToken(key)],
    ['refused', 'nonsense'],
  ])('[WARNINGS-ANONYMOUS] is not written once a token was %s', async (_outcome, token) => {
    const verifier = verifierFor(key);
    await verifier.authenticate(bearerRequest(token));
    for (let count = 0; count < 50; count += 1) await verifier.authenticate(requestWith());
    expect(messages()).toEqual([]);
  });

  it.each(ways)(
    '[WARNINGS-FORBIDDEN] is written for accepted tokens that meet no requirement, %s',
    async (_way, ask) => {
      const guard = createGuard({ verifier: verifierFor(key) });
      const token = signToken(key, { scope: secret });
      for (let count = 0; count < 20; count += 1) await ask(guard, token);
      expect(messages()).toEqual([expect.stringContaining('the route requires "orders:read"')]);
      expect(messages()[0]).not.toContain(secret);
    },
  );

  it.each(ways)('[WARNINGS-FORBIDDEN] is not written once a token met a requirement, %s', async (_way, ask) => {
    const guard = createGuard({ verifier: verifierFor(key) });
    await ask(guard, signToken(key, { scope: 'orders:read' }));
    for (let count = 0; count < 20; count += 1) await ask(guard, signToken(key, { scope: secret }));
    expect(messages()).toEqual([]);
  });

  it('[WARNINGS-REFUSED] is not written about the expectations of verifyIdToken', async () => {
    const verifier = verifierFor(key);
    const token = signToken(key, { scope: undefined, client_id: undefined });
    for (let count = 0; count < 20; count += 1) {
      await expect(verifier.verifyIdToken(token, { clientId: 'app' })).rejects.toThrow();
    }
    expect(messages()).toEqual([]);
  });

  it('[WARNINGS-REFUSED] contains no text that a client chose, if a function decides on issuers', async () => {
    const options = { issuers: () => ({ issuer: 'https://tenant.example', audience, jwks: keySetOf(key) }) };
    const verifier = createVerifier({ ...options, clock: new FakeClock() });
    await refuse(verifier, signToken(other, { iss: 'https://tenant.example' }));
    await refuse(verifier, signToken(key, { iss: `https://${secret}.example` }));
    expect(messages().join()).not.toMatch(/tenant\.example|value-of-a-claim/);
    await verifier.close();
  });

  it('[WARNINGS-REFUSED] is written 64 times by a process, whatever its verifiers are', async () => {
    for (let index = 0; index < 100; index += 1) {
      await refuse(verifierFor(key, { audience: `api://${index}` }), signToken(key), 5);
    }
    expect(messages().length).toBeLessThanOrEqual(64);
  });
});

describe('the debug log', () => {
  const wrong = signToken(key, { aud: secret });
  const line = `${issuer}: refused, ERR_AUDIENCE_MISMATCH (aud). The token was issued for another audience: audience is "${audience}"`;

  it('[DEBUG-OPTION] is written to standard error with the option debug, and says what is configured', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await refuse(verifierFor(key, { debug: true }), wrong, 1);
    await refuse(verifierFor(key), wrong, 1);
    const written = write.mock.calls.map(([text]) => String(text));
    expect(written).toEqual([expect.stringContaining(line)]);
    expect(written[0]).not.toContain(secret);
  });

  it('[DEBUG-OPTION] has a line for each fetch', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const fake = new FakeIssuer([key]);
    const verifier = createVerifier({ ...fake.options, clock: new FakeClock(), debug: true });
    await verifier.warmUp();
    const written = write.mock.calls.map(([text]) => String(text)).join('');
    expect(written).toContain(`${issuer}: metadata refreshed`);
    expect(written).toContain(`${issuer}: keys refreshed`);
    await verifier.close();
  });

  it('[DEBUG-OPTION] is written to the console of other runtimes by NODE_DEBUG, and never without it', async () => {
    const log = vi.spyOn(console, 'log').mockReturnValue(undefined);
    webTelemetry.debug('x');
    expect(log).not.toHaveBeenCalled();
    vi.resetModules();
    vi.stubEnv('NODE_DEBUG', 'http,verifier');
    const fresh = await import('../../src/runtime/web/telemetry.ts');
    fresh.webTelemetry.debug('a line');
    expect(log).toHaveBeenCalledWith('VERIFIER: a line');
    vi.unstubAllEnvs();
  });
});
