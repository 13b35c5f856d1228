import { describe, expect, it } from 'vitest';
import { renderWwwAuthenticate, type SchemeChallenge } from '../../src/request/www-authenticate.ts';

const bearer: SchemeChallenge = { scheme: 'Bearer', parameters: { realm: 'api', error: 'invalid_token' } };
const dpop: SchemeChallenge = { scheme: 'DPoP', parameters: { realm: 'api', algs: 'ES256 EdDSA' } };

describe('the WWW-Authenticate field', () => {
  it('is one challenge with its parameters in their order', () => {
    expect(renderWwwAuthenticate([bearer])).toBe('Bearer realm="api", error="invalid_token"');
  });

  it('contains several challenges, Bearer first, in any order of the list', () => {
    const field = 'Bearer realm="api", error="invalid_token", DPoP realm="api", algs="ES256 EdDSA"';
    expect(renderWwwAuthenticate([bearer, dpop])).toBe(field);
    expect(renderWwwAuthenticate([dpop, bearer])).toBe(field);
  });

  it('escapes every value', () => {
    const parameters = { realm: 'a"b\\c', scope: 'x\r\ny' };
    expect(renderWwwAuthenticate([{ scheme: 'DPoP', parameters }])).toBe('DPoP realm="a\\"b\\\\c", scope="x??y"');
  });
});
