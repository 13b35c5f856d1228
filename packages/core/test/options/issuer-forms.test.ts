import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createVerifier } from '../../src/index.ts';
import { configurationErrorOf } from '../support/expected-errors.ts';
import { audience } from '../support/sign-token.ts';

function fault(issuer: string, more: object = {}): string {
  return configurationErrorOf({ issuer, audience, ...more }).message;
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
    'https://a.example\n',
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
    expect(fault(issuer)).toBe('issuer must be an absolute URL, such as https://example.okta.com/oauth2/default');
  });

  it.each([
    'ftp://issuer.example',
    'file:///etc/passwd',
    'data:text/plain,x',
    'ws://issuer.example',
    'javascript:1',
    'urn:a:b',
  ])('must be an https URL: not %s', (issuer) => {
    expect(fault(issuer)).toBe('issuer is not an https URL');
  });

  it.each(['https://a@issuer.example', 'https://a:b@issuer.example'])('must not contain credentials: %s', (issuer) => {
    expect(fault(issuer)).toBe('issuer contains credentials');
  });
});

describe('a jwksUri', () => {
  const issuer = 'https://issuer.example';

  it.each([
    ['http://issuer.example/keys', 'jwksUri must use https'],
    ['http://127.0.0.1/keys', 'jwksUri must use https'],
    ['issuer.example/keys', 'jwksUri must be an absolute URL'],
    ['file:///keys', 'jwksUri is not an https URL'],
    ['https://a:b@issuer.example/keys', 'jwksUri contains credentials'],
    ['', 'jwksUri must not be empty'],
  ])('is refused: %s', (jwksUri, message) => {
    expect(fault(issuer, { jwksUri })).toBe(message);
  });

  it('may be on another host, and on loopback if the issuer is', async () => {
    expect(await isAccepted(issuer, { jwksUri: 'https://keys.example/x?y' })).toBe(true);
    expect(await isAccepted('http://127.0.0.1:9', { jwksUri: 'http://localhost:8/keys' })).toBe(true);
    expect(fault('http://127.0.0.1:9', { jwksUri: 'http://keys.example' })).toBe('jwksUri must use https');
  });

  it('cannot be combined with jwks', () => {
    const more = { jwksUri: 'https://keys.example', jwks: { keys: [] } };
    expect(fault(issuer, more)).toBe('jwksUri cannot be combined with jwks');
  });
});
