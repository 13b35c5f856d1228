import { describe, expect, it } from 'vitest';
import {
  type AnyAuthError,
  type Challenge,
  CredentialsMissingError,
  createGuard,
  RequestError,
  type Requirements,
  type ResourceOptions,
  ScopeError,
  scopeRequirement,
  TokenError,
  UnavailableError,
} from '../../src/index.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { optionsFor, verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const named = 'resource_metadata="https://api.example/.well-known/oauth-protected-resource/mcp"';

function challengeOf(
  error: AnyAuthError,
  requirements?: Requirements,
  options: Partial<ResourceOptions> = {},
): string | undefined {
  const resource = { url: 'https://api.example/mcp', scopes: ['basic'], ...options };
  return fieldOf(verifierFor(key, { resource }).challenge(error, requirements));
}

function fieldOf({ headers }: Challenge): string | undefined {
  return headers['WWW-Authenticate'];
}

const missing = new CredentialsMissingError();
const malformed = new RequestError('ERR_CREDENTIALS_MALFORMED', 'm');
const refused = new TokenError('ERR_TOKEN_EXPIRED', 'm');
const route = scopeRequirement('a', 'b');
const invalid = 'error="invalid_token", error_description="The access token expired"';

describe('[RESOURCE-CHALLENGE] the challenge of a resource', () => {
  it('names the scopes of the route, else those for basic use', () => {
    expect(challengeOf(missing)).toBe(`Bearer realm="api", scope="basic", ${named}`);
    expect(challengeOf(missing, route)).toBe(`Bearer realm="api", scope="a b", ${named}`);
    expect(challengeOf(missing, { role: 'editor' })).toBe(`Bearer realm="api", scope="basic", ${named}`);
    expect(challengeOf(refused, route)).toBe(`Bearer realm="api", ${invalid}, scope="a b", ${named}`);
    expect(challengeOf(malformed)).toMatch(new RegExp(`error="invalid_request", .*, scope="basic", ${named}$`));
  });

  it('names no scopes if there are none', () => {
    const { resource } = verifierFor(key, { resource: { url: 'https://api.example/mcp' } });
    expect(resource?.scopes).toEqual([]);
    expect(fieldOf(verifierFor(key, { resource: { url: 'https://api.example/mcp' } }).challenge(missing))).toBe(
      `Bearer realm="api", ${named}`,
    );
  });

  it('names all scopes of the route if one is missing', () => {
    const error = new ScopeError('ERR_SCOPE_INSUFFICIENT', 'm', ['a']);
    for (const challengeScope of ['required', 'supported', false] as const) {
      expect(challengeOf(error, { scope: ['a', 'b'], anyScope: ['c', 'a'] }, { challengeScope })).toContain(
        `, scope="a b c", ${named}`,
      );
      expect(challengeOf(error, undefined, { challengeScope })).toContain(`, scope="a", ${named}`);
    }
  });

  it('names no scopes if something else is missing', () => {
    const error = new ScopeError('ERR_CLAIMS_INSUFFICIENT', 'm');
    expect(challengeOf(error, { scope: 'a', role: 'b' })).toMatch(/error_description="[^"]*", resource_metadata=/);
  });

  it('obeys challengeScope', () => {
    expect(challengeOf(missing, route, { challengeScope: 'supported' })).toContain('scope="basic"');
    expect(challengeOf(missing, route, { challengeScope: false })).toBe(`Bearer realm="api", ${named}`);
    expect(challengeOf(refused, undefined, { challengeScope: false })).toBe(`Bearer realm="api", ${invalid}, ${named}`);
  });

  it('is absent from an outage', () => {
    expect(challengeOf(new UnavailableError('ERR_BUSY', 'm'), route)).toBeUndefined();
  });

  it('is on the error for the error handling of a framework', async () => {
    const resource = { url: 'https://api.example/mcp' };
    const guard = createGuard({ ...optionsFor(key, { resource }), onError: 'framework' });
    const auth = await guard.verifier.verify(signToken(key, { scope: 'a' }));
    const error = guard.authorize(auth, route);
    const { headers } = guard.frameworkError(error ?? missing, undefined, route);
    expect(headers?.['WWW-Authenticate']).toMatch(/scope="a b", resource_metadata=/);
  });

  it('[RESOURCE-ABSENT] is that of the realm without the option', () => {
    const verifier = verifierFor(key);
    expect(fieldOf(verifier.challenge(missing, route))).toBe('Bearer realm="api"');
    expect(fieldOf(verifier.challenge(new ScopeError('ERR_SCOPE_INSUFFICIENT', 'm', ['a']), route))).toMatch(
      /scope="a"$/,
    );
  });
});
