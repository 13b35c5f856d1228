import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  auth0,
  createVerifier,
  entra,
  keycloak,
  okta,
  protectedResourceMetadata,
  type ResourceOptions,
  type VerifierOptions,
} from '../../src/index.ts';
import { resolveOptions } from '../../src/options/resolve-options.ts';
import { configurationErrorIn } from '../support/expected-errors.ts';
import { issuer, signToken } from '../support/sign-token.ts';
import { generateTestKey, keySetOf } from '../support/test-key.ts';
import { optionsFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const url = 'https://api.example/orders';

function resolve(resource: unknown, others: object = {}): ReturnType<typeof resolveOptions> {
  return resolveOptions({ issuer, resource, ...others } as VerifierOptions);
}

describe('[RESOURCE-OPTIONS] a wrong resource', () => {
  it.each<readonly [what: string, resource: unknown, hint: string]>([
    ['a text', url, `write { url: "${url}" }`],
    ['null', null, 'resource must be an object'],
    ['without a URL', {}, 'resource.url is missing: it is the URL of this API'],
    ['an unknown member', { url, scope: ['a'] }, 'resource.scope is not an option: did you mean scopes?'],
    ['a fragment', { url: `${url}#a` }, 'resource.url must not have a fragment (RFC 9728, section 1.2): remove #'],
    ['an empty fragment', { url: `${url}#` }, 'must not have a fragment'],
    ['credentials', { url: 'https://user:secret@api.example' }, 'resource.url contains credentials'],
    ['a user', { url: 'https://user@api.example' }, 'contains credentials'],
    ['an empty user', { url: 'https://@api.example' }, 'contains credentials'],
    ['http', { url: 'http://api.example' }, 'resource.url must use https; http is for loopback'],
    ['another scheme', { url: 'urn:example:api' }, 'resource.url is not an https URL'],
    ['a name', { url: 'api' }, 'resource.url must be an absolute URL'],
    ['a dot segment', { url: 'https://api.example/a/../b' }, 'contains a dot segment'],
    ['an encoded dot segment', { url: 'https://api.example/a/%2e%2e/b' }, 'contains a dot segment'],
    ['a backslash', { url: 'https://api.example\\b' }, 'contains a space, a backslash or a control character'],
    ['a line end', { url: `${url}\n` }, 'contains a space, a backslash or a control character'],
    ['a placeholder', { url: 'https://<your-host>/orders' }, 'contains a placeholder'],
    ['its metadata', { url: 'https://api.example/.well-known/oauth-protected-resource' }, 'is the address of its'],
    ['offline_access', { url, scopes: ['a', 'offline_access'] }, "must not contain 'offline_access'"],
    ['two scopes in one', { url, scopes: ['a b'] }, 'resource.scopes contains "a b", which is not one scope'],
    ['no scopes', { url, scopes: [] }, 'resource.scopes must be'],
    ['scopes as a text', { url, scopes: 'a b' }, 'resource.scopes must be'],
    ['a relative page', { url, documentation: '/docs' }, 'resource.documentation must be the absolute URL of a page'],
    ['a page of another scheme', { url, policy: 'javascript:alert(1)' }, 'resource.policy must be the absolute URL'],
    ['terms that are no text', { url, terms: 1 }, 'resource.terms must be a string'],
    [
      'a server that is no URL',
      { url, authorizationServers: ['acme'] },
      'resource.authorizationServers contains "acme"',
    ],
    ['no server', { url, authorizationServers: [] }, 'resource.authorizationServers must be'],
    ['metadata in an array', { url, metadata: [] }, 'resource.metadata must be an object of JSON values'],
    ['metadata with a cycle', { url, metadata: cyclic() }, 'resource.metadata must be an object of JSON values'],
    ['metadata with an empty array', { url, metadata: { a: [] } }, 'contains a as an empty array'],
    ['an option among the metadata', { url, metadata: { scopes_supported: ['a'] } }, 'write it as resource.scopes'],
    ['challengeScope true', { url, challengeScope: true }, "must be 'required', 'supported' or false"],
    ['a mirror in words', { url, mirrorAuthorizationServer: 'yes' }, 'mirrorAuthorizationServer must be true or false'],
  ])('%s', (_what, resource, hint) => {
    expect(configurationErrorIn(() => resolve(resource)).message).toContain(hint);
  });

  it('needs the authorization servers if a function decides on issuers', () => {
    const resource = { url };
    const issuers = (): undefined => undefined;
    const error = configurationErrorIn(() => createVerifier({ issuers, resource }));
    expect(error.message).toContain('resource.authorizationServers is missing: clients cannot learn');
    const given = createVerifier({ issuers, resource: { url, authorizationServers: [issuer] } });
    expect(protectedResourceMetadata(given).document).toMatchObject({ authorization_servers: [issuer] });
  });

  it('needs the authorization servers if an issuer is not a URL', () => {
    const jwks = keySetOf(key);
    const error = configurationErrorIn(() => createVerifier({ issuer: 'acme.com', jwks, resource: { url } }));
    expect(error.message).toContain('resource.authorizationServers is missing: the issuer acme.com');
  });

  it('has no metadata if it is absent', () => {
    const verifier = createVerifier(optionsFor(key));
    expect(verifier.resource).toBeUndefined();
    expect(configurationErrorIn(() => protectedResourceMetadata(verifier)).message).toContain('option resource');
  });
});

describe('a resource', () => {
  it.each(['http://localhost:3000', 'http://127.0.0.1:3000/mcp', 'http://[::1]/', 'https://api.example:8443/a?b=c'])(
    'may be at %s',
    (accepted) => {
      vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
      onTestFinished(() => void vi.restoreAllMocks());
      expect(resolve({ url: accepted }).resource?.url).toBe(accepted);
    },
  );

  it('[OPTIONS-FROZEN] is resolved to a frozen copy', () => {
    const metadata = { list: [{ a: 1 }] };
    const scopes = ['a'];
    const { resource } = resolve({ url, scopes, metadata });
    scopes.push('b');
    metadata.list.push({ a: 2 });
    expect(resource).toMatchObject({ scopes: ['a'], metadata: { list: [{ a: 1 }] } });
    for (const part of [resource, resource?.scopes, resource?.metadata, resource?.authorizationServers]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('causes one warning if its origin ends in a slash', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    onTestFinished(() => void vi.restoreAllMocks());
    for (const slash of ['https://slash.example/', 'https://slash.example/', 'https://slash.example/mcp/']) {
      createVerifier(optionsFor(key, { resource: { url: slash } }));
    }
    expect(warn).toHaveBeenCalledTimes(1);
    const [message, details] = warn.mock.calls[0] ?? [];
    expect(message).toContain('https://slash.example/ ends in a slash');
    expect(details).toMatchObject({ code: 'VERIFIER_RESOURCE_SLASH' });
  });
});

describe('[RESOURCE-AUDIENCE] the audience', () => {
  const resource: ResourceOptions = { url };

  it('is that of the resource by default', async () => {
    const { audience: _, ...options } = optionsFor(key);
    const verifier = createVerifier({ ...options, resource });
    await expect(verifier.verify(signToken(key, { aud: url }))).resolves.toMatchObject({ subject: 'subject' });
    await expect(verifier.verify(signToken(key))).rejects.toMatchObject({ code: 'ERR_AUDIENCE_MISMATCH' });
    await expect(verifier.verify(signToken(key, { aud: `${url}/` }))).rejects.toMatchObject({ status: 401 });
  });

  it('may be another one', async () => {
    const verifier = createVerifier(optionsFor(key, { resource }));
    await expect(verifier.verify(signToken(key))).resolves.toMatchObject({ subject: 'subject' });
    await expect(verifier.verify(signToken(key, { aud: url }))).rejects.toMatchObject({
      code: 'ERR_AUDIENCE_MISMATCH',
    });
  });

  it('is the default of each issuer of a list, and of those of a function', async () => {
    const own = { issuer, jwks: keySetOf(key) };
    const { clock = Object() } = optionsFor(key);
    const listed = createVerifier({ resource, issuers: [own], clock });
    await expect(listed.verify(signToken(key, { aud: url }))).resolves.toMatchObject({ issuer });
    const resolved = createVerifier({
      resource: { url, authorizationServers: [issuer] },
      issuers: () => ({ ...own, audience: 'own' }),
      clock,
    });
    await expect(resolved.verify(signToken(key, { aud: 'own' }))).resolves.toMatchObject({ issuer });
    await expect(resolved.verify(signToken(key, { aud: url }))).rejects.toMatchObject({ status: 401 });
  });

  it('is required without a resource', () => {
    expect(configurationErrorIn(() => createVerifier(Object({ issuer }))).message).toContain('audience is missing');
  });

  it('of okta() is that of the authorization server', () => {
    const server = 'https://example.okta.com/oauth2';
    expect(okta({ issuer: `${server}/default`, resource }, {}).audience).toBe('api://default');
    expect(okta({ issuer: `${server}/other`, resource }, {}).audience).toBe(url);
    expect(okta({ issuer: `${server}/other`, audience: 'own', resource }, {})).toMatchObject({
      audience: 'own',
      resource,
    });
  });

  it('of auth0() and keycloak() is that of the resource by default', () => {
    const domain = 'example.eu.auth0.com';
    expect(auth0({ domain, resource }).audience).toBe(url);
    expect(auth0({ domain, resource, audience: 'own' }).audience).toBe('own');
    const realm = { url: 'https://sso.example', realm: 'orders' };
    expect(keycloak({ ...realm, resource }).audience).toBe(url);
    expect(keycloak({ ...realm, resource, audience: null }).audience).toBeNull();
  });

  it('of entra() is the application ID, and clients find its v2 endpoint', () => {
    const id = '6e74172b-be56-4843-9ff4-e66a39bb12e3';
    const verifier = createVerifier(entra({ tenantId: id, clientId: id, resource }));
    expect(protectedResourceMetadata(verifier).document).toMatchObject({
      resource: url,
      authorization_servers: [`https://login.microsoftonline.com/${id}/v2.0`],
    });
    const { issuers = [] } = entra({ tenantId: id, clientId: id, resource });
    expect(Array.isArray(issuers) && issuers[0]?.audience).toEqual([id, `api://${id}`]);
  });
});

function cyclic(): object {
  const metadata: Record<string, unknown> = {};
  metadata['self'] = metadata;
  return metadata;
}
