import { describe, expect, it } from 'vitest';
import { dpopRequest, signBound, signProof } from '../support/dpop.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const issuerKey = generateTestKey('ES256');
const client = generateTestKey('ES256');
const token = signBound(issuerKey, client);

async function isAccepted(publicUrl: string | readonly string[], target: string, htu: string): Promise<boolean> {
  const verifier = verifierFor(issuerKey, { dpop: { publicUrl } });
  const proof = signProof(client, token, { htu });
  const result = await verifier.authenticate(dpopRequest(token, proof, { target: () => target }));
  if (!result.ok) expect(result.error).toMatchObject({ code: 'ERR_PROOF_CLAIM', claim: 'htu' });
  return result.ok;
}

const api = 'https://api.example';

describe('htu of a proof', () => {
  it.each<[string, string | readonly string[], string, string]>([
    ['the path', api, '/orders', 'https://api.example/orders'],
    ['the path without the query', api, '/orders?page=2', 'https://api.example/orders'],
    ['a query and a fragment, ignored', api, '/orders', 'https://api.example/orders?page=2#top'],
    ['the root', api, '/', 'https://api.example'],
    ['the default port', api, '/orders', 'https://api.example:443/orders'],
    ['the host in upper case', api, '/orders', 'HTTPS://API.EXAMPLE/orders'],
    ['an encoded letter', api, '/~user', 'https://api.example/%7euser'],
    ['an encoded letter in the target', api, '/%7Euser', 'https://api.example/~user'],
    ['an encoding in lower case', api, '/a%2Fb', 'https://api.example/a%2fb'],
    ['dot segments', api, '/b', 'https://api.example/a/../b'],
    ['dot segments in the target', api, '/a/./../b', 'https://api.example/b'],
    ['a slash of publicUrl', `${api}/`, '/orders', 'https://api.example/orders'],
    ['a prefix that a proxy removed', `${api}/svc2`, '/orders', 'https://api.example/svc2/orders'],
    ['the second of several hosts', [api, 'https://other.example'], '/orders', 'https://other.example/orders'],
    ['an international host', 'https://xn--bcher-kva.example', '/orders', 'https://bücher.example/orders'],
    ['the path of an absolute target', api, 'http://evil.example/orders?a', 'https://api.example/orders'],
    ['two slashes', api, '//orders', 'https://api.example//orders'],
    ['loopback without TLS', 'http://127.0.0.1:3000', '/orders', 'http://127.0.0.1:3000/orders'],
  ])('[DPOP-HTU] may have %s', async (_case, publicUrl, target, htu) => {
    expect(await isAccepted(publicUrl, target, htu)).toBe(true);
  });

  it.each<[string, string, string, string]>([
    ['another path', api, '/orders', 'https://api.example/order'],
    ['another case', api, '/orders', 'https://api.example/Orders'],
    ['a slash at the end', api, '/orders', 'https://api.example/orders/'],
    ['an encoded slash', api, '/a/b', 'https://api.example/a%2Fb'],
    ['another port', api, '/orders', 'https://api.example:8443/orders'],
    ['another scheme', api, '/orders', 'http://api.example/orders'],
    ['another protocol', api, '/orders', 'wss://api.example/orders'],
    ['user information', api, '/orders', 'https://user@api.example/orders'],
    ['a control character', api, '/orders', 'https://api.example/\torders'],
    ['a space before it', api, '/orders', ' https://api.example/orders'],
    ['no host', api, '/orders', '/orders'],
    ['the host of an absolute target', api, 'https://evil.example/orders', 'https://evil.example/orders'],
    ['no prefix', `${api}/svc2`, '/orders', 'https://api.example/orders'],
    ['one slash of two', api, '//orders', 'https://api.example/orders'],
    ['a backslash', api, '/a/b', 'https://api.example/a\\b'],
    ['a host with a backslash', api, '/orders', 'https://api.example\\@evil.example/orders'],
  ])('[DPOP-HTU] must not have %s', async (_case, publicUrl, target, htu) => {
    expect(await isAccepted(publicUrl, target, htu)).toBe(false);
  });
});
