import { describe, expect, it } from 'vitest';
import { isLoopback, urlFault } from '../../src/http/secure-url.ts';

const strict = { allowLoopback: false, origins: [] };
const local = { allowLoopback: true, origins: [] };

describe('a URL that may be fetched', () => {
  it.each(['https://a.example', 'https://127.0.0.1:8443/keys', 'https://[::1]/keys'])('uses https: %s', (url) => {
    expect(urlFault(url, strict)).toBeUndefined();
  });

  it.each([
    'http://localhost:3000',
    'http://127.0.0.1',
    'http://127.255.0.1:80/a',
    'http://[::1]:1/',
    'http://a.localhost',
  ])('or is on loopback, if that is allowed: %s', (url) => {
    expect(urlFault(url, local)).toBeUndefined();
    expect(urlFault(url, strict)).toBeDefined();
  });

  it.each([
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
    'http://128.0.0.1',
    'http://0.0.0.0',
    'http://[::]',
    'http://169.254.169.254/latest',
    'http://10.0.0.1',
  ])('[HTTP-HTTPS] is not a host that only looks like loopback: %s', (url) => {
    expect(urlFault(url, local)).toBeDefined();
  });

  it('or is on an origin that was allowed, including its port', () => {
    const named = { allowLoopback: false, origins: ['http://keycloak:8080'] };
    expect(urlFault('http://keycloak:8080/realms/a', named)).toBeUndefined();
    expect(urlFault('http://keycloak:8081/realms/a', named)).toBeDefined();
    expect(urlFault('http://keycloak.evil.example:8080/', named)).toBeDefined();
  });

  it.each([
    'file:///etc/passwd',
    'data:application/json,{}',
    'ftp://127.0.0.1/',
    'javascript:0',
    'keys',
    '',
    '//a.example/keys',
    'https://user:word@a.example',
    'https://user@a.example',
  ])('[HTTP-HTTPS] uses no other scheme: %s', (url) => {
    expect(urlFault(url, local)).toBeDefined();
  });

  it('recognizes each spelling of a loopback address', () => {
    expect(isLoopback(new URL('http://0x7f.1'))).toBe(true);
    expect(isLoopback(new URL('http://2130706433'))).toBe(true);
    expect(isLoopback(new URL('http://[::ffff:127.0.0.1]'))).toBe(false);
  });
});
