import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { createVerifier, okta } from '../../src/index.ts';
import { configurationErrorIn, configurationErrorOf } from '../support/expected-errors.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';

const server = 'https://example.okta.com/oauth2/default';

afterEach(() => {
  vi.unstubAllEnvs();
});

// Added unless the application decides otherwise: the tests of the provider show what it does.
const accessTokenClaims = { cid: true, client_id: true };

describe('okta()', () => {
  it('returns the given options', () => {
    expect(okta({ issuer: server, audience: 'api' }, {})).toEqual({
      issuer: server,
      audience: 'api',
      accessTokenClaims,
    });
    const more = { issuer: server, audience: ['a', 'b'], realm: 'x', clockTolerance: 1 };
    expect(okta(more, {})).toEqual({ ...more, accessTokenClaims });
    const decided = { ...more, accessTokenClaims: { uid: true } } as const;
    expect(okta(decided, {})).toEqual(decided);
  });

  it('reads the environment if an option is absent', () => {
    const environment = { OKTA_OAUTH2_ISSUER: 'https://env.okta.com/oauth2/x', OKTA_OAUTH2_AUDIENCE: 'env' };
    expect(okta({}, environment)).toMatchObject({ issuer: 'https://env.okta.com/oauth2/x', audience: 'env' });
    expect(okta({ realm: 'x' }, environment)).toMatchObject({ audience: 'env', realm: 'x' });
  });

  it('[OPTIONS-OKTA-ENVIRONMENT] prefers an option to the environment, and the environment to the default audience', () => {
    const environment = { OKTA_OAUTH2_ISSUER: 'https://env.okta.com/oauth2/x', OKTA_OAUTH2_AUDIENCE: 'env' };
    expect(okta({ issuer: server, audience: 'own' }, environment)).toMatchObject({ issuer: server, audience: 'own' });
    expect(okta({ issuer: server }, environment)).toMatchObject({ issuer: server, audience: 'env' });
    expect(okta({ audience: 'own' }, environment).issuer).toBe('https://env.okta.com/oauth2/x');
  });

  it('passes on an audience of null', () => {
    expect(okta({ issuer: server, audience: null }, { OKTA_OAUTH2_AUDIENCE: 'env' }).audience).toBeNull();
  });

  it('reads the environment of the process by default', () => {
    vi.stubEnv('OKTA_OAUTH2_ISSUER', server);
    vi.stubEnv('OKTA_OAUTH2_AUDIENCE', 'process');
    expect(okta()).toMatchObject({ issuer: server, audience: 'process' });
    vi.stubEnv('OKTA_OAUTH2_AUDIENCE', '');
    expect(okta()).toMatchObject({ issuer: server, audience: 'api://default' });
  });

  it.each([server, 'https://login.example.com/oauth2/default', 'http://127.0.0.1:9/oauth2/default'])(
    'defaults the audience of /oauth2/default: %s',
    (issuer) => {
      expect(okta({ issuer }, {}).audience).toBe('api://default');
    },
  );

  it.each([
    'https://example.okta.com/oauth2/ausa1b2c3',
    'https://login.example.com',
    'https://login.example.com/oauth2/default/',
    'https://example.okta.com/oauth2/default2',
    'https://login.example.com/default',
  ])('[OPTIONS-OKTA-ENVIRONMENT] requires the audience of any other server, and says what to set: %s', (issuer) => {
    const { message } = configurationErrorIn(() => okta({ issuer }, {}));
    expect(message).toMatch(/^audience is missing: set OKTA_OAUTH2_AUDIENCE, or the option audience/);
  });

  it.each([
    ['https://example.okta.com', /^issuer is an Okta org authorization server.*\/oauth2\/default$/],
    ['https://example.okta.com/', /^issuer is an Okta org authorization server.*\.com\/oauth2\/default$/],
    ['https://example.okta.com/oauth2/default/', /^issuer ends in a slash/],
    ['https://example-admin.okta.com', /^issuer is the address of the admin console/],
    ['https://{yourOktaDomain}/oauth2/orders', /^issuer contains a placeholder/],
  ])('[OPTIONS-OKTA-ENVIRONMENT] reports a fault of the issuer before a missing audience: %s', (issuer, message) => {
    expect(configurationErrorIn(() => okta({ issuer }, {})).message).toMatch(message);
    expect(configurationErrorOf({ issuer }).message).toMatch(message);
  });

  it('says what to set if the issuer is missing', () => {
    for (const environment of [{}, { OKTA_OAUTH2_ISSUER: '' }, { OKTA_OAUTH2_ISSUER: undefined }]) {
      const { message } = configurationErrorIn(() => okta({ audience: 'api' }, environment));
      expect(message).toMatch(/^issuer is missing: set OKTA_OAUTH2_ISSUER, or the option issuer, such as https:/);
    }
  });

  it('validates the environment like an option', () => {
    const options = okta({}, { OKTA_OAUTH2_ISSUER: 'https://example-admin.okta.com/oauth2/default' });
    expect(configurationErrorOf(options).message).toMatch(/^issuer is the address of the admin console/);
  });
});

describe('an issuer on a host of Okta', () => {
  it.each([
    'https://example-admin.okta.com/oauth2/default',
    'https://example-admin.oktapreview.com',
    'https://a-admin.okta-emea.com',
  ])('must not be the admin console: %s', (issuer) => {
    expect(configurationErrorOf({ issuer, audience: 'api' }).message).toBe(
      'issuer is the address of the admin console: remove "-admin"',
    );
  });

  it.each([
    ['https://example.okta.com.okta.com/oauth2/default', 'issuer names its domain twice'],
    ['https://example.okta.com.com/oauth2/default', 'issuer ends in ".com" twice'],
    ['https://https://example.okta.com/oauth2/default', 'issuer has "https://" twice'],
    ['https://example.okta.com/oauth2/default/', 'issuer ends in a slash: the issuer of Okta does not'],
    ['https://your-okta-domain.okta.com/oauth2/default', 'issuer contains a placeholder: replace it with your domain'],
  ])('must be written as Okta writes it: not %s', (issuer, message) => {
    expect(configurationErrorOf({ issuer, audience: 'api' }).message).toBe(message);
  });

  it('has rules that do not apply to other hosts', () => {
    const custom = [
      'https://login.example.com/oauth2/default',
      'https://shop-admin.example.com',
      'https://okta.example.com',
      'https://notokta.com',
      'https://example.okta.com.example.org',
    ];
    for (const issuer of custom) expect(() => createVerifier({ issuer, audience: 'api' })).not.toThrow();
  });
});

describe('an Okta org authorization server', () => {
  let warn: MockInstance<typeof process.emitWarning>;

  beforeEach(() => {
    warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
  });

  it.each(['https://org-a.okta.com', 'https://org-b.oktapreview.com/', 'https://org-c.okta-gov.com/oauth2'])(
    'causes one warning with what to use instead: %s',
    (issuer) => {
      createVerifier({ issuer, audience: 'api' });
      createVerifier({ issuer, audience: 'api' });
      expect(warn).toHaveBeenCalledTimes(1);
      const [message, details] = warn.mock.calls[0] ?? [];
      expect(message).toContain(
        `${issuer} is an Okta org authorization server. Only Okta can verify its access tokens`,
      );
      expect(message).toContain('/oauth2/default');
      expect(details).toMatchObject({ code: 'VERIFIER_OKTA_ORG_SERVER' });
    },
  );

  it.each([
    'https://example.okta.com/oauth2/default',
    'https://example.okta.com/oauth2/ausa1b2c3',
    'https://login.example.com',
    'https://login.example.com/oauth2/default',
  ])('is not assumed of another issuer: %s', (issuer) => {
    createVerifier({ issuer, audience: 'api' });
    expect(warn).not.toHaveBeenCalled();
  });

  it('causes no warning if its keys are given', () => {
    createVerifier({ issuer: 'https://org-d.okta.com', audience: 'api', jwks: keySetOf(generateTestKey('ES256')) });
    expect(warn).not.toHaveBeenCalled();
  });
});

describe('dangerouslyAllowInsecure', () => {
  it('warns once, with the origins', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    const http = { dangerouslyAllowInsecure: ['http://keycloak:8080'] };
    createVerifier({ issuer: 'http://keycloak:8080/a', audience: 'api', http });
    createVerifier({ issuer: 'http://keycloak:8080/b', audience: 'api', http });
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toContain('without TLS from http://keycloak:8080');
  });
});
