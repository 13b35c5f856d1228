import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createVerifier } from '../../src/index.ts';
import { authErrorFrom, configurationErrorOf } from '../support/expected-errors.ts';
import { audience, signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

function fault(issuer: string, more: object = {}): string {
  return configurationErrorOf({ issuer, audience, ...more }).message;
}

function notSecure(origin: string): string {
  return `must use https; http is for loopback, and for origins in http.dangerouslyAllowInsecure. For a host of compose, write http: { dangerouslyAllowInsecure: ['${origin}'] }`;
}

async function isAccepted(issuer: string, more: object = {}): Promise<boolean> {
  const verifier = createVerifier({ issuer, audience, ...more });
  await verifier.close();
  return verifier.stats().issuers[issuer] !== undefined;
}

// A fetch without TLS is allowed with a warning.
beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
});

describe('an issuer', () => {
  it.each([
    'https://issuer.example',
    'https://issuer.example/',
    'https://issuer.example/tenant/a',
    'https://issuer.example:8443/x/',
    'https://login.example.org/oauth2/default',
    'https://EXAMPLE.org',
    'https://192.0.2.1',
    'https://[2001:db8::1]/',
    'https://xn--bcher-kva.example',
  ])('may be any https URL, and is not normalised: %s', async (issuer) => {
    expect(await isAccepted(issuer)).toBe(true);
  });

  it.each(['common', 'organizations/v2.0', 'consumers/v2.0', 'common/v2.0/'])(
    '[OPTIONS-ISSUER-TENANT] must not be the address of Entra ID for several tenants, which no token names: %s',
    (path) => {
      const expected = /^issuer is the address for several tenants of Entra ID.*entra\(\{ tenantId, clientId \}\)/;
      expect(fault(`https://login.microsoftonline.com/${path}`)).toMatch(expected);
      const jwksUri = 'https://login.microsoftonline.com/common/discovery/v2.0/keys';
      expect(fault(`https://login.microsoftonline.com/${path}`, { jwksUri })).toMatch(expected);
    },
  );

  it('[OPTIONS-ISSUER-TENANT] may be the one of a tenant of Entra ID, or have such a path elsewhere', async () => {
    const tenant = '11111111-2222-3333-4444-555555555555';
    expect(await isAccepted(`https://login.microsoftonline.com/${tenant}/v2.0`)).toBe(true);
    expect(await isAccepted('https://issuer.example/common/v2.0')).toBe(true);
  });

  it.each(['http://127.0.0.1:9', 'http://127.1.2.3', 'http://localhost:9/x', 'http://[::1]:9', 'http://a.localhost'])(
    'may be without TLS on loopback: %s',
    async (issuer) => {
      expect(await isAccepted(issuer)).toBe(true);
    },
  );

  it.each([
    'http://issuer.example',
    'http://localhost.example',
    'http://127.0.0.1.example',
    'http://127-0-0-1.example',
    'http://10.0.0.1',
    'http://0.0.0.0',
    'http://[::2]',
    'http://keycloak:8080',
  ])('[OPTIONS-ISSUER-HTTPS] must use https elsewhere, and the error names the exceptions: %s', (issuer) => {
    expect(fault(issuer)).toMatch(/^issuer must use https.*loopback.*http\.dangerouslyAllowInsecure/);
  });

  it('[OPTIONS-ISSUER-HTTPS] is refused without TLS with the line that allows it', async () => {
    const issuer = 'http://keycloak:8080/realms/a';
    const [, line = ''] = /write (http: \{ .* \})/.exec(fault(issuer)) ?? [];
    expect(line).toBe("http: { dangerouslyAllowInsecure: ['http://keycloak:8080'] }");
    expect(await isAccepted(issuer, { http: { dangerouslyAllowInsecure: ['http://keycloak:8080'] } })).toBe(true);
    expect(await isAccepted(issuer, { http: { dangerouslyAllowInsecure: ['http://keycloak:8080/'] } })).toBe(true);
  });

  it('[OPTIONS-ISSUER-HTTPS] may be without TLS only if its origin is listed', async () => {
    const http = { dangerouslyAllowInsecure: ['http://keycloak:8080'] };
    expect(await isAccepted('http://keycloak:8080/realms/a', { http })).toBe(true);
    expect(fault('http://keycloak:8081/realms/a', { http })).toMatch(/^issuer must use https/);
    expect(fault('http://keycloak/realms/a', { http })).toMatch(/^issuer must use https/);
    expect(fault('http://keycloak:8080.example/', { http })).toMatch(/^issuer/);
  });

  it.each([
    'https://{yourOktaDomain}/oauth2/default',
    `https://\${yourOktaDomain}/oauth2/default`,
    'https://<your-domain>/oauth2/default',
    '{yourOktaDomain}',
    'https://example.okta.com/oauth2/{authServerId}',
  ])('is refused with a placeholder: %s', (issuer) => {
    expect(fault(issuer)).toMatch(/^issuer contains a placeholder: replace it with your domain/);
  });

  it.each([
    'https://issuer.example/.well-known/openid-configuration',
    'https://issuer.example/oauth2/default/.well-known/oauth-authorization-server',
    'https://issuer.example/.well-known/oauth-authorization-server/tenant',
  ])('must not be the address of its metadata: %s', (issuer) => {
    expect(fault(issuer)).toMatch(/^issuer is the address of its metadata: remove \/\.well-known\//);
  });

  it.each([
    'https://issuer.example?a=b',
    'https://issuer.example#a',
    'https://issuer.example/?',
    'https://a.example/#',
  ])('must have neither a query nor a fragment: %s', (issuer) => {
    expect(fault(issuer)).toMatch(/^issuer must have neither a query nor a fragment/);
  });

  it.each([
    ' https://issuer.example',
    'https://issuer.example ',
    'https://issuer.example/a b',
    'https:\\\\a.example',
    'https://a.example\u00a0',
  ])('must contain neither a space nor a backslash: "%s"', (issuer) => {
    expect(fault(issuer)).toMatch(/^issuer contains a space or a backslash/);
  });

  it.each([
    'issuer.example',
    'issuer',
    '/oauth2/default',
    '//issuer.example',
    'https://',
    'https://a:b:c',
    'https://a%b',
  ])('must be an absolute URL: not %s', (issuer) => {
    expect(fault(issuer)).toMatch(
      /^issuer must be an absolute URL, such as https:\/\/example\.okta\.com\/oauth2\/default; .*jwksUri, metadataUri or jwks$/,
    );
  });

  it.each([
    'ftp://issuer.example',
    'file:///etc/passwd',
    'data:text/plain,x',
    'ws://issuer.example',
    'javascript:1',
    'urn:a:b',
  ])('must be an https URL: not %s', (issuer) => {
    expect(fault(issuer)).toMatch(/^issuer is not an https URL; .*jwksUri, metadataUri or jwks$/);
  });

  it.each(['https://a@issuer.example', 'https://a:b@issuer.example'])('must not contain credentials: %s', (issuer) => {
    expect(fault(issuer)).toBe('issuer contains credentials');
  });
});

const texts = [
  'acme.com',
  'http://adfs.example/adfs/services/trust',
  'http://tenant.localhost:8080/uaa/oauth/token',
  'kubernetes/serviceaccount',
  'https://kubernetes.default.svc.cluster.local',
  'urn:example:issuer',
  'https://issuer.example/realms/../uploads/x',
  'https://issuer.example?tenant=a',
  'Acme Inc.',
  'https://m\u00fcnchen.example/stra\u00dfe',
  'x'.repeat(2048),
];

describe('an issuer whose keys are given', () => {
  const { jwk } = generateTestKey('ES256');
  const locations = [
    ['jwks', { jwks: { keys: [jwk] } }],
    ['jwksUri', { jwksUri: 'https://keys.example/jwks' }],
    ['metadataUri', { metadataUri: 'https://keys.example/.well-known/openid-configuration' }],
  ] as const;

  it.each(locations.flatMap(([name, location]) => texts.map((issuer) => ({ name, issuer, location }))))(
    '[OPTIONS-ISSUER-TEXT] may be any text, without a warning: $issuer with $name',
    async ({ issuer, location }) => {
      expect(await isAccepted(issuer, location)).toBe(true);
      expect(process.emitWarning).not.toHaveBeenCalled();
    },
  );

  it.each(texts)('[OPTIONS-ISSUER-TEXT] may be any text for a token: %s', async (issuer) => {
    const key = generateTestKey('ES256');
    const verifier = verifierFor(key, { issuer });
    expect((await verifier.verify(signToken(key, { iss: issuer }))).issuer).toBe(issuer);
    expect((await authErrorFrom(verifier.verify(signToken(key, { iss: `${issuer}.` })))).code).toBe(
      'ERR_ISSUER_UNKNOWN',
    );
  });

  it.each(['acme.com\n', '\u0000', 'acme\u007f.com', 'acme\t.com', 'acme\u0085.com', '\r\nacme.com'])(
    '[OPTIONS-ISSUER-TEXT] must not contain a control character: %j',
    (issuer) => {
      for (const [, location] of [...locations, ['', {}]]) {
        expect(fault(issuer, location as object)).toBe('issuer contains a control character, such as a line end');
      }
    },
  );

  it('must not be empty, or longer than an iss that is accepted', () => {
    for (const [, location] of locations) {
      expect(fault('', location)).toBe('issuer must not be empty');
      expect(fault('x'.repeat(2049), location)).toBe('issuer is longer than 2048 characters');
    }
  });

  it.each(['acme.com', 'http://adfs.example/adfs/services/trust', 'urn:example:issuer'])(
    'must have an https jwksUri: %s',
    (issuer) => {
      for (const name of ['jwksUri', 'metadataUri']) {
        expect(fault(issuer, { [name]: 'http://keys.example/' })).toBe(`${name} ${notSecure('http://keys.example')}`);
        expect(fault(issuer, { [name]: 'http://127.0.0.1/' })).toBe(`${name} ${notSecure('http://127.0.0.1')}`);
        expect(fault(issuer, { [name]: 'keys' })).toBe(`${name} must be an absolute URL`);
      }
    },
  );
});

describe('an issuer whose keys are discovered', () => {
  it.each(['acme.com', 'http://adfs.example/adfs/services/trust', 'urn:example:issuer'])(
    '[OPTIONS-ISSUER-TEXT] must be an https URL, and the error names the other options: %s',
    (issuer) => {
      expect(fault(issuer)).toMatch(/^issuer .*jwksUri, metadataUri or jwks$/);
    },
  );

  it.each([
    'https://issuer.example/realms/../uploads/x',
    'https://issuer.example/realms/%2e%2e/uploads/x',
    'https://issuer.example/realms/%2E./uploads/x',
    'https://issuer.example/realms/.%2e/uploads/x',
    'https://issuer.example/realms/..',
    'https://issuer.example/realms/.',
    'https://issuer.example/./realms',
    'https://issuer.example/..',
    'https://issuer.example/realms/..%2fuploads',
    'https://issuer.example/realms/..%5Cuploads',
    'https://issuer.example/realms/..;/uploads',
    'http://127.0.0.1:9/realms/../uploads',
  ])('[OPTIONS-ISSUER-DOTS] must not contain a dot segment: %s', (issuer) => {
    expect(fault(issuer)).toBe('issuer contains a dot segment (. or ..) in its path, possibly encoded');
  });

  it('[OPTIONS-ISSUER-DOTS] must not contain one on an origin that is allowed by name', () => {
    const http = { dangerouslyAllowInsecure: ['http://keycloak:8080'] };
    expect(fault('http://keycloak:8080/realms/../x', { http })).toMatch(/^issuer contains a dot segment/);
  });

  it.each([
    'https://issuer.example/...',
    'https://issuer.example/.hidden',
    'https://issuer.example/a..b/c.',
    'https://issuer.example/v2.0/',
    'https://issuer.example/%252e%252e',
    'https://issuer.example/m%C3%BCnchen',
  ])('may contain dots that are no segment, and encoded characters: %s', async (issuer) => {
    expect(await isAccepted(issuer)).toBe(true);
  });

  it.each([
    'https:issuer.example/x',
    'https:/issuer.example/x',
    'https:///issuer.example/x',
    'https://issuer.example/m\u00fcnchen',
    'https://issuer.example/"x"',
  ])('[OPTIONS-ISSUER-DOTS] must be a URL that parsing does not change: %s', (issuer) => {
    expect(fault(issuer)).toMatch(/^issuer is changed by URL parsing/);
  });
});

describe('an audience', () => {
  it.each(['api\n', '\napi', 'a\u0000', 'a\tb', 'a\u007f', 'a\u0085'])(
    '[OPTIONS-AUDIENCE-TEXT] must not contain a control character: %j',
    (text) => {
      const message = 'audience contains a control character, such as a line end';
      expect(fault('https://issuer.example', { audience: text })).toBe(message);
      expect(fault('https://issuer.example', { audience: ['api', text] })).toBe(message);
    },
  );

  it.each(['clientIds', 'requiredClaims'])('[OPTIONS-AUDIENCE-TEXT] must not, and neither must %s', (name) => {
    expect(fault('https://issuer.example', { [name]: ['a', 'b\n'] })).toBe(
      `${name} contains a control character, such as a line end`,
    );
  });

  it.each([' api', 'api ', '\u00a0api', 'api\u2003'])(
    '[OPTIONS-AUDIENCE-TEXT] must not begin or end with white space: "%s"',
    (text) => {
      const message = 'audience begins or ends with white space';
      expect(fault('https://issuer.example', { audience: text })).toBe(message);
      expect(fault('https://issuer.example', { audience: ['api', text] })).toBe(message);
      expect(fault('https://issuer.example', { clientIds: [text] })).toBe('clientIds begins or ends with white space');
    },
  );

  it.each([
    '{clientId}',
    `api://\${clientId}`,
    'api://{client id}',
    '<your-audience>',
    'https://<your-domain>/api',
    'YOUR_API_IDENTIFIER',
    'your-client-id',
    '{{audience}}',
  ])('[OPTIONS-AUDIENCE-TEXT] must not be a placeholder of an example: %s', (text) => {
    const message = 'contains a placeholder: replace it with your own value';
    expect(fault('https://issuer.example', { audience: text })).toBe(`audience ${message}`);
    expect(fault('https://issuer.example', { clientIds: ['a', text] })).toBe(`clientIds ${message}`);
  });

  it.each([
    'api',
    'api://default',
    'urn:your-party',
    'MY_API',
    'a<b',
    'your',
    'https://api.example/\u00e4',
    'two words',
    '\u{1f600}',
  ])('may be any other text: %s', async (text) => {
    expect(await isAccepted('https://issuer.example', { audience: text })).toBe(true);
  });
});

describe('a metadataUri', () => {
  const issuer = 'https://tenant.b2clogin.example/guid/v2.0/';
  const metadataUri = 'https://tenant.b2clogin.example/tenant/policy/v2.0/.well-known/openid-configuration';

  it('[KEYS-METADATA-URI] may be any https URL, with a query', async () => {
    expect(await isAccepted(issuer, { metadataUri })).toBe(true);
    expect(await isAccepted(issuer, { metadataUri: `${metadataUri}?p=b2c_1_policy` })).toBe(true);
    expect(await isAccepted('http://127.0.0.1:9', { metadataUri: 'http://localhost:8/metadata' })).toBe(true);
  });

  it.each([
    [{ metadataUri: 'http://issuer.example/' }, `metadataUri ${notSecure('http://issuer.example')}`],
    [{ metadataUri: 'http://127.0.0.1/' }, `metadataUri ${notSecure('http://127.0.0.1')}`],
    [{ metadataUri: '/metadata' }, 'metadataUri must be an absolute URL'],
    [{ metadataUri: 'file:///metadata' }, 'metadataUri is not an https URL'],
    [{ metadataUri: 'https://a:b@issuer.example/' }, 'metadataUri contains credentials'],
    [{ metadataUri: '' }, 'metadataUri must not be empty'],
    [{ metadataUri: 7 }, 'metadataUri must be a string'],
    [{ metadataUri, jwksUri: 'https://keys.example' }, 'metadataUri cannot be combined with jwksUri'],
    [{ metadataUri, jwks: { keys: [] } }, 'metadataUri cannot be combined with jwks'],
  ])('is refused: %j', (options, message) => {
    expect(fault(issuer, options)).toBe(message);
  });
});

describe('a jwksUri', () => {
  const issuer = 'https://issuer.example';

  it.each([
    ['http://issuer.example/keys', `jwksUri ${notSecure('http://issuer.example')}`],
    ['http://127.0.0.1/keys', `jwksUri ${notSecure('http://127.0.0.1')}`],
    ['issuer.example/keys', 'jwksUri must be an absolute URL'],
    ['file:///keys', 'jwksUri is not an https URL'],
    ['https://a:b@issuer.example/keys', 'jwksUri contains credentials'],
    ['', 'jwksUri must not be empty'],
  ])('is refused: %s', (jwksUri, message) => {
    expect(fault(issuer, { jwksUri })).toBe(message);
  });

  it('must not contain a placeholder', () => {
    for (const name of ['jwksUri', 'metadataUri']) {
      expect(fault(issuer, { [name]: 'https://login.example/{tenant}/keys' })).toMatch(/ contains a placeholder/);
    }
  });

  it('may be on another host, and on loopback if the issuer is', async () => {
    expect(await isAccepted(issuer, { jwksUri: 'https://keys.example/x?y' })).toBe(true);
    expect(await isAccepted('http://127.0.0.1:9', { jwksUri: 'http://localhost:8/keys' })).toBe(true);
    expect(fault('http://127.0.0.1:9', { jwksUri: 'http://keys.example' })).toBe(
      `jwksUri ${notSecure('http://keys.example')}`,
    );
  });

  it('cannot be combined with jwks', () => {
    const more = { jwksUri: 'https://keys.example', jwks: { keys: [] } };
    expect(fault(issuer, more)).toBe('jwksUri cannot be combined with jwks');
  });
});
