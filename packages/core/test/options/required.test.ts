import { describe, expect, it } from 'vitest';
import { type ConfigurationError, createVerifier, isAuthError, isConfigurationError } from '../../src/index.ts';
import { hintedOptions } from '../../src/options/peer-names.ts';
import { configurationErrorOf } from '../support/expected-errors.ts';
import { audience, issuer } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';
import { allOptions } from './documented-options.ts';

const jwks = keySetOf(generateTestKey('ES256'));

/** Returns the message of the ConfigurationError for some options. */
function fault(options: unknown): string {
  return configurationErrorOf(options).message;
}

describe('a ConfigurationError', () => {
  const error: ConfigurationError = configurationErrorOf({});

  it('[OPTIONS-AT-CREATION] is a TypeError with its own code, and not an AuthError', () => {
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'ERR_CONFIG_INVALID' });
    expect(isConfigurationError(error)).toBe(true);
    expect(isAuthError(error)).toBe(false);
  });

  it.each([undefined, null, 1, 'https://issuer.example', true, [], () => ({})])(
    'is thrown for options that are %o',
    (options) => {
      expect(fault(options)).toMatch(/options must be an object/);
    },
  );
});

describe('the option issuer', () => {
  it('is required, and the error shows an example', () => {
    expect(fault({ audience })).toMatch(/^issuer is missing.*iss claim.*https:\/\//);
    expect(fault({ issuer: undefined, audience })).toMatch(/^issuer is missing/);
  });

  it.each([null, 1, true, {}, [issuer], new URL(issuer)])('must be a string: not %o', (value) => {
    expect(fault({ issuer: value, audience })).toMatch(/^issuer must be a string/);
  });

  it('must not be empty', () => {
    expect(fault({ issuer: '', audience })).toMatch(/^issuer must not be empty/);
  });
});

describe('the option audience', () => {
  it('[OPTIONS-AUDIENCE-REQUIRED] is required, and the error mentions null', () => {
    expect(fault({ issuer })).toMatch(/^audience is missing.*aud.*null accepts every audience/);
    expect(fault({ issuer, audience: undefined })).toMatch(/^audience is missing/);
  });

  it.each(['', [], [''], ['a', ''], ['a', 1], [null], 1, true, {}, [[audience]]].map((value) => ({ value })))(
    'must be a string, or a list of strings: not $value',
    ({ value }) => {
      expect(fault({ issuer, audience: value })).toMatch(/^audience must/);
    },
  );

  it.each([audience, [audience], ['a', 'b'], null].map((value) => ({ value })))('may be $value', ({ value }) => {
    expect(createVerifier({ issuer, audience: value, jwks }).ready()).toBe(true);
  });
});

describe('[OPTIONS-UNKNOWN] an unknown option', () => {
  const good = { issuer, audience };

  it.each([
    ['isuer', 'issuer'],
    ['Issuer', 'issuer'],
    ['audiences', 'audience'],
    ['algorithm', 'algorithms'],
    ['clockTolerence', 'clockTolerance'],
    ['maxTokenAges', 'maxTokenAge'],
    ['jwksURI', 'jwksUri'],
    ['jwks_uri', 'jwksUri'],
    ['clientId', 'clientIds'],
    ['requiredClaim', 'requiredClaims'],
    ['tokentype', 'tokenType'],
    ['scopeClaim', 'scopeClaims'],
    ['onEvents', 'onEvent'],
  ])('is named together with the nearest known one: %s, %s', (name, nearest) => {
    expect(fault({ ...good, [name]: 'x' })).toMatch(
      new RegExp(`^${name} is not an option.*did you mean ${nearest}\\?`),
    );
  });

  it.each([
    ['issuerBaseURL', 'issuer'],
    ['issuer_url', 'issuer'],
    ['authority', 'issuer'],
    ['jwks_uri', 'jwksUri'],
    ['jwksURL', 'jwksUri'],
    ['jwkSetUri', 'jwksUri'],
    ['aud', 'audience'],
    ['client_id', 'clientIds'],
    ['clientID', 'clientIds'],
    ['algs', 'algorithms'],
    ['tokenSigningAlg', 'algorithms'],
    ['clockSkew', 'clockTolerance'],
    ['maxAge', 'maxTokenAge'],
    ['assertClaims', 'validate'],
    ['authRequired', 'optional'],
    ['credentialsRequired', 'optional'],
    ['cacheMaxAge', 'keyCache.ttl'],
    ['timeoutDuration', 'http.timeout'],
    ['timeout', 'http.timeout'],
    ['requestAgent', 'http.dispatcher'],
    ['requestHeaders', 'http.headers'],
    ['customFetch', 'http.fetch'],
    ['allowedAud', 'audience'],
    ['allowedIss', 'issuer'],
    ['clockSkewSec', 'clockTolerance'],
    ['graceSeconds', 'clockTolerance'],
    ['secretOrKey', 'jwks'],
    ['secretOrKeyProvider', 'jwksUri'],
    ['jwtFromRequest', 'getToken'],
    ['customJwtCheck', 'validate'],
    ['cache', 'tokenCache.maxEntries'],
    ['fetch', 'http.fetch'],
    ['dangerouslyAllowInsecure', 'http.dangerouslyAllowInsecure'],
  ])('with the name of another library or place is named with the option: %s, %s', (name, option) => {
    expect(fault({ ...good, [name]: 'x' })).toBe(`${name} is not an option: did you mean ${option}?`);
    expect(fault({ issuers: [{ ...good, [name]: 'x' }] })).toBe(
      `issuers[0].${name} is not an option: did you mean ${option}?`,
    );
  });

  it('is named before what is missing', () => {
    expect(fault({ issuerBaseURL: issuer, audience })).toMatch(/did you mean issuer\?$/);
  });

  it.each([
    ['domain', /auth0\(\{ domain, audience \}\)$/],
    ['tenantId', /entra\(/],
    ['userPoolId', /cognito\(/],
    ['secret', /shared secret are refused$/],
    ['requiredScopes', /requireScope/],
    ['scopeIncludesAny', /requireAnyScope/],
    ['requestProperty', /getAuth/],
    ['onExpired', /onError: 'framework'/],
    ['cooldownDuration', /limited to two in 30 s/],
    ['jwksRequestsPerMinute', /limited to two in 30 s/],
    ['ignoreExpiration', /never accepted/],
  ])('of a function for an issuer, or of a route, says where it belongs: %s', (name, hint) => {
    expect(fault({ ...good, [name]: 'x' })).toMatch(hint);
  });

  it('is never named together with one that does not exist', () => {
    const names = allOptions.map(({ option }) => option);
    expect(hintedOptions.filter((option) => !names.includes(option))).toEqual([]);
  });

  it('is named together with all known ones if none is near', () => {
    const message = fault({ ...good, zzzzzzzzzzzzzzzz: 1 });
    expect(message).toMatch(/^zzzzzzzzzzzzzzzz is not an option/);
    expect(message).toMatch(/issuer.*audience.*clockTolerance/);
  });

  it('is refused even if its value is undefined', () => {
    expect(fault({ ...good, clokTolerance: undefined })).toMatch(/did you mean clockTolerance/);
  });

  it.each([
    ['http', 'timout', 'http.timeout'],
    ['http', 'dangerouslyAllowInsecur', 'dangerouslyAllowInsecure'],
    ['keyCache', 'TTL', 'ttl'],
    ['keyCache', 'stalefor', 'staleFor'],
    ['tokenCache', 'maxEntry', 'maxEntries'],
  ])('within %s is named with its path: %s', (group, name, nearest) => {
    const message = fault({ ...good, [group]: { [name]: 1 } });
    expect(message).toMatch(new RegExp(`^${group}\\.${name} is not an option`));
    expect(message).toContain(nearest.replace(`${group}.`, ''));
  });

  it('of a list entry is named with its index', () => {
    expect(fault({ issuers: [{ ...good, audiance: 'x' }] })).toMatch(
      /^issuers\[0\]\.audiance is not an option.*audience/,
    );
    expect(fault({ issuers: [good, { ...good, realm: 'x' }] })).toMatch(/^issuers\[1\]\.realm is not an option/);
  });
});
