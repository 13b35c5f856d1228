import { describe, expect, it } from 'vitest';
import {
  answerMetadata,
  answerMetadataOfOrigin,
  fromFetchRequest,
  fromNodeRequest,
  protectedResourceMetadata,
  type ResourceOptions,
  toFetchResponse,
  type Verifier,
} from '../../src/index.ts';
import { issuer } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

const key = generateTestKey('Ed25519');
const wellKnown = '/.well-known/oauth-protected-resource';

function verifierOf(resource: ResourceOptions | string): Verifier {
  return verifierFor(key, { resource: typeof resource === 'string' ? { url: resource } : resource });
}

describe('[RESOURCE-DOCUMENT] the metadata', () => {
  it.each([
    ['https://api.example', wellKnown],
    ['https://api.example/mcp', `${wellKnown}/mcp`],
    ['https://api.example/mcp/', `${wellKnown}/mcp/`],
    ['https://api.example/a/b', `${wellKnown}/a/b`],
    ['https://api.example/a?b=c&d', `${wellKnown}/a?b=c&d`],
    ['https://api.example?b=c', `${wellKnown}?b=c`],
    ['https://api.example/caf%C3%A9', `${wellKnown}/caf%C3%A9`],
  ])('of %s are at %s', (url, path) => {
    const metadata = protectedResourceMetadata(verifierOf(url));
    expect(metadata).toMatchObject({ path, url: `https://api.example${path}`, document: { resource: url } });
  });

  it('keep the port of the resource', () => {
    const { url } = protectedResourceMetadata(verifierOf('http://localhost:3000/mcp'));
    expect(url).toBe(`http://localhost:3000${wellKnown}/mcp`);
  });

  it('have the members that are configured, and no empty one', () => {
    const { document, headers } = protectedResourceMetadata(
      verifierOf({
        url: 'https://api.example',
        scopes: ['a', 'b'],
        name: 'Orders',
        documentation: 'https://docs.example/a',
        policy: 'https://docs.example/b',
        terms: 'https://docs.example/c',
        metadata: { 'resource_name#de': 'Aufträge' },
      }),
    );
    expect(document).toEqual({
      resource: 'https://api.example',
      authorization_servers: [issuer],
      scopes_supported: ['a', 'b'],
      bearer_methods_supported: ['header'],
      resource_name: 'Orders',
      resource_documentation: 'https://docs.example/a',
      resource_policy_uri: 'https://docs.example/b',
      resource_tos_uri: 'https://docs.example/c',
      'resource_name#de': 'Aufträge',
    });
    expect(headers).toEqual({
      'Content-Type': 'application/json',
      'Cache-Control': 'max-age=3600',
      'Access-Control-Allow-Origin': '*',
    });
    expect(protectedResourceMetadata(verifierOf('https://api.example')).document).toEqual({
      resource: 'https://api.example',
      authorization_servers: [issuer],
      bearer_methods_supported: ['header'],
    });
  });
});

describe('[RESOURCE-METHODS] a request for the metadata', () => {
  const verifier = verifierOf('https://api.example/mcp');
  const ask = (method: string): ReturnType<typeof answerMetadata> =>
    answerMetadata(verifier, fromNodeRequest({ method, url: `${wellKnown}/mcp` }));

  it.each(['GET', 'HEAD'])('is answered by %s', (method) => {
    const { document } = protectedResourceMetadata(verifier);
    expect(ask(method)).toMatchObject({ status: 200, body: JSON.stringify(document) });
  });

  it('is answered by OPTIONS for pages of every origin', async () => {
    const answer = await ask('OPTIONS');
    expect(answer).toMatchObject({ status: 204, headers: { 'Access-Control-Allow-Headers': '*' }, body: '' });
    const response = toFetchResponse(answer ?? Object());
    expect([response.status, await response.text()]).toEqual([204, '']);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'get', 'X'])('is refused by %s', (method) => {
    expect(ask(method)).toMatchObject({ status: 405, headers: { Allow: 'GET, HEAD, OPTIONS' } });
  });
});

describe('[RESOURCE-FORGED] the target of a request', () => {
  const verifier = verifierOf('https://api.example/mcp');
  const { document } = protectedResourceMetadata(verifier);

  it.each([
    `${wellKnown}/mcp`,
    `${wellKnown}/mcp?a=b`,
    `http://other.example${wellKnown}/mcp`,
    `HTTPS://user@other.example:1${wellKnown}/mcp?a`,
  ])('finds the metadata: %s', async (url) => {
    for (const host of ['api.example', 'other.example', `x${wellKnown}?`, '', undefined]) {
      const headers = { host, 'x-forwarded-host': 'other.example', 'x-forwarded-prefix': '/a' };
      const answer = await answerMetadata(verifier, fromNodeRequest({ method: 'GET', url, headers }));
      expect(answer?.body).toBe(JSON.stringify(document));
    }
  });

  it.each([
    '/mcp',
    '/',
    '*',
    '',
    'other.example:443',
    `${wellKnown}/mcp/`,
    `${wellKnown}/MCP`,
    `${wellKnown}/other`,
    `/x${wellKnown}/mcp`,
    `/${wellKnown}/mcp`,
    `/.well-known/./oauth-protected-resource/mcp`,
    `/mcp?${wellKnown}/mcp`,
    `http://other.example/?${wellKnown}/mcp`,
    `http:${wellKnown}/mcp`,
  ])('is another one: %s', (url) => {
    const headers = { host: `api.example${wellKnown}/mcp?` };
    expect(answerMetadata(verifier, fromNodeRequest({ method: 'GET', url, headers }))).toBeUndefined();
  });

  it('is read from a request of the Fetch API', async () => {
    for (const url of [`https://other.example${wellKnown}/mcp`, `https://api.example${wellKnown}/mcp?a#b`]) {
      expect(await answerMetadata(verifier, fromFetchRequest(new Request(url)))).toMatchObject({ status: 200 });
    }
    expect(answerMetadata(verifier, fromFetchRequest(new Request('https://api.example/mcp')))).toBeUndefined();
  });
});

describe('[RESOURCE-SEVERAL] the resources of one host', () => {
  const urls = ['https://api.example/a', 'https://api.example/b?t=1', 'https://api.example/b?t=2'];
  const verifiers = urls.map(verifierOf);
  const ask = async (url: string, servers = verifiers): Promise<string | undefined> => {
    const answer = await answerMetadataOfOrigin(servers, fromNodeRequest({ method: 'GET', url }));
    return answer?.status === 200 ? JSON.parse(answer.body).resource : answer?.status.toString();
  };

  it('have their own metadata', async () => {
    expect(await ask(`${wellKnown}/a`)).toBe(urls[0]);
    expect(await ask(`${wellKnown}/b?t=1`)).toBe(urls[1]);
    expect(await ask(`${wellKnown}/b?t=2`)).toBe(urls[2]);
  });

  it('have none at the root, nor with another query', async () => {
    expect(await ask(wellKnown)).toBe('404');
    expect(await ask(`${wellKnown}/b`)).toBe('404');
    expect(await ask(`${wellKnown}/b?t=3`)).toBe('404');
    expect(await ask(`${wellKnown}/c`)).toBeUndefined();
  });

  it('may be the origin itself', async () => {
    expect(await ask(wellKnown, [...verifiers, verifierOf('https://api.example')])).toBe('https://api.example');
  });

  it('[RESOURCE-ABSENT] may be none', async () => {
    const verifier = verifierFor(key);
    expect(answerMetadata(verifier, fromNodeRequest({ url: wellKnown }))).toBeUndefined();
    expect(await ask(wellKnown, [verifier])).toBeUndefined();
  });
});
