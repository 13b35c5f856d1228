import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  auth0,
  authentik,
  cognito,
  copyOptions,
  createGuard,
  createVerifier,
  dex,
  entra,
  type IssuerOptions,
  keycloak,
  okta,
  type VerifierOptions,
} from '../../src/index.ts';
import { configurationErrorOf } from '../support/expected-errors.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { clientId, idToken } from '../support/id-tokens.ts';
import { requestWith } from '../support/requests.ts';
import { audience, issuer, signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';
import { optionsFor, verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('ES256');
const names: string[] = [];

/** Adds a property to `Object.prototype` until the end of the test. */
function pollute(name: string, value: unknown): void {
  names.push(name);
  Object.defineProperty(Object.prototype, name, { value, enumerable: true, writable: true, configurable: true });
}

afterEach(() => {
  for (const name of names.splice(0)) Reflect.deleteProperty(Object.prototype, name);
});

describe('[OPTIONS-OWN] Object.prototype', () => {
  it('makes no request anonymous, and no requirement empty', async () => {
    const verifier = verifierFor(key);
    const guard = createGuard({ verifier });
    pollute('optional', true);
    const later = verifierFor(key);
    for (const each of [verifier, later, guard, createGuard(optionsFor(key))]) {
      expect(await each.authenticate(requestWith())).toMatchObject({ ok: false, error: { status: 401 } });
      expect(await each.authenticate(requestWith(), {})).toMatchObject({ ok: false, error: { status: 401 } });
      expect(await each.authenticate(requestWith(), { scope: 'a' })).toMatchObject({ ok: false });
    }
    expect(guard.authorize(null, {})).toMatchObject({ status: 401 });
  });

  it('opens no guard as its verifier, and changes no answer as onError or realm', async () => {
    pollute('verifier', { authenticate: () => ({ ok: true, auth: null, headers: {} }) });
    pollute('onError', 'framework');
    pollute('realm', 'polluted');
    const guard = createGuard(optionsFor(key));
    expect(guard.onError).toBe('respond');
    const result = await guard.authenticate(requestWith());
    expect(result).toMatchObject({ ok: false });
    if (!result.ok) expect(guard.challenge(result.error).headers['WWW-Authenticate']).toBe('Bearer realm="api"');
  });

  it.each(['issuer', 'audience', 'jwks', 'jwksUri', 'issuers'])('supplies no %s', (name) => {
    const { issuer: _, ...others } = optionsFor(key) as IssuerOptions;
    pollute(name, name === 'jwks' ? keySetOf(key) : issuer);
    expect(configurationErrorOf(others).message).toContain('issuer is missing');
  });

  it('supplies no key to a key set without keys', () => {
    pollute('keys', keySetOf(key).keys);
    expect(configurationErrorOf({ issuer, audience, jwks: {} }).message).toContain('jwks must be a JWK set');
  });

  it('changes nothing for an issuer that a resolver returned', async () => {
    pollute('audience', null);
    const verifier = createVerifier({ issuers: () => Object({ issuer, jwks: keySetOf(key) }) });
    await expect(verifier.verify(signToken(key))).rejects.toMatchObject({ code: 'ERR_ISSUER_LOOKUP_FAILED' });
  });

  it('changes no fetch', async () => {
    for (const [name, value] of Object.entries({
      connections: 0,
      dispatcher: {},
      ttl: 'polluted',
    })) {
      pollute(name, value);
    }
    const fakeIssuer = new FakeIssuer([key]);
    const verifier = createVerifier(fakeIssuer.options);
    await verifier.warmUp();
    expect(fakeIssuer.requests).toHaveLength(2);
    await verifier.close();
  });

  it('gives the own fetch of an application an init without inherited members', async () => {
    const fetch = vi.fn((_url: string, _init: RequestInit) => Promise.reject<Response>(new Error('unused')));
    const verifier = createVerifier({ issuer, audience, http: { fetch } });
    pollute('body', 'polluted');
    await expect(verifier.warmUp()).rejects.toThrow();
    expect(fetch.mock.calls[0]?.[1]).not.toHaveProperty('body');
    await verifier.close();
  });

  it('changes neither verifyAll nor verifyIdToken', async () => {
    const verifier = verifierFor(key);
    pollute('requirements', { scope: 'admin' });
    pollute('concurrency', 0);
    expect(await verifier.verifyAll([signToken(key)], {})).toMatchObject([{ status: 'fulfilled' }]);
    pollute('nonce', null);
    await expect(verifier.verifyIdToken(idToken({}, {}, key), { clientId })).rejects.toMatchObject({ claim: 'nonce' });
  });

  it('changes no provider', () => {
    const plain = (): unknown[] => [
      auth0({ domain: 'example.eu.auth0.com', audience: 'a' }),
      cognito({ userPoolId: 'eu-central-1_AbCdEfGhI', clientIds: ['1'] }),
      entra({ tenantId: guid, clientId: guid }),
      keycloak({ url: 'https://sso.example.com', realm: 'r', audience: 'a' }),
      okta({ issuer: 'https://example.okta.com/oauth2/default' }, {}),
      dex({ issuer: 'https://dex.example.com', clientId: 'c' }),
      authentik({ url: 'https://authentik.example.com', application: 'a', clientId: 'c' }),
    ];
    const guid = '72f988bf-86f1-41af-91ab-2d7cd011db47';
    const before = JSON.stringify(plain());
    pollute('clientId', 'other');
    pollute('audience', null);
    pollute('requiredClaims', ['other']);
    pollute('issuerMode', 'global');
    pollute('accessTokenClaims', { sub: true });
    expect(JSON.stringify(plain())).toBe(before);
  });
});

describe('[OPTIONS-OWN] an instance of a class', () => {
  class Base {
    get issuer(): string {
      return issuer;
    }
  }
  class Settings extends Base {
    readonly audience = audience;
    readonly jwks = keySetOf(key);
    calls = 0;
    get realm(): string {
      this.calls += 1;
      return 'settings';
    }
    validate(): string {
      return 'refused by the method';
    }
  }
  const settings = (): VerifierOptions & { calls: number } => Object(new Settings());

  it('has its getters and methods as options, in a verifier and in a guard', async () => {
    const { calls: _, ...options } = copyOptions(settings());
    for (const verifier of [createVerifier(options), createGuard(options).verifier]) {
      expect(verifier.challenge({ code: 'ERR_CREDENTIALS_MISSING', status: 401 } as never).headers).toMatchObject({
        'WWW-Authenticate': 'Bearer realm="settings"',
      });
      await expect(verifier.verify(signToken(key))).rejects.toMatchObject({ code: 'ERR_TOKEN_REJECTED' });
    }
  });

  it('cannot have a member that is no option, wherever it is defined', () => {
    expect(configurationErrorOf(settings()).message).toContain('calls is not an option');
    class Misspelled extends Base {
      readonly audience = audience;
      validte(): string {
        return 'never called';
      }
    }
    expect(configurationErrorOf(new Misspelled()).message).toContain(
      'validte is not an option: did you mean validate?',
    );
  });

  it('is read once', () => {
    const instance = settings();
    const copy = copyOptions(instance);
    expect([copy.realm, copy.realm, instance.calls]).toEqual(['settings', 'settings', 1]);
  });
});
