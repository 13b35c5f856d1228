import type { Respond } from '../../support/fake-issuer.ts';
import { issuer } from '../../support/sign-token.ts';
import { keySetOf } from '../../support/test-key.ts';
import { type Attack, attacks, type StepsRow } from '../attack.ts';
import type { AttackContext } from '../attack-context.ts';
import { pairs, shown, signed } from './tokens.ts';

const unsafeUrls = [
  ...[
    'http://issuer.example',
    'http://10.0.0.1',
    'http://169.254.169.254/latest/meta-data',
    'http://[fd00:ec2::254]',
    'http://127.0.0.1.example',
  ],
  ...[
    'http://localhost.attacker.example',
    'http://0.0.0.0',
    'http://2130706433.example',
    'file:///etc/passwd',
    'data:application/json,{}',
  ],
  ...[
    'ftp://issuer.example',
    'ws://issuer.example',
    'wss://issuer.example',
    'gopher://issuer.example',
    'javascript:alert(1)',
    'about:blank',
  ],
  ...['blob:https://issuer.example/x', 'unix:/run/docker.sock', '//issuer.example', '/keys', 'issuer.example', '', ' '],
  ...['https://name:word@issuer.example', 'https://name@issuer.example', 'https:/', 'https://'],
];

const atConstruction = pairs(['issuer', 'jwksUri'], unsafeUrls).map(
  ([option, url]): StepsRow => ({
    id: `option/${option}/${shown(url)}`,
    how: `a verifier is created with ${option} ${shown(url)}`,
    code: 'ERR_CONFIG_INVALID',
    run: (context) => context.verifier({ jwks: undefined, [String(option)]: url }),
  }),
);

function metadata(members: object): Respond {
  return (url) => (url.includes('.well-known') ? Response.json(members) : Response.json({ keys: [] }));
}

function verifyWith(context: AttackContext, respond: Respond): Promise<unknown> {
  context.fakeIssuer.respondWith(respond);
  return context.remoteVerifier().verify(signed()(context.keys));
}

const inMetadata = [
  ...unsafeUrls,
  'http://127.0.0.1:1/keys',
  'http://localhost/keys',
  null,
  5,
  [`${issuer}/keys`],
  {},
  undefined,
].map(
  (url): StepsRow => ({
    id: `metadata/${shown(url)}`,
    how: `the jwks_uri in the metadata is ${shown(url)}`,
    code: 'ERR_DISCOVERY_FAILED',
    requests: 1,
    run: (context) => verifyWith(context, metadata({ issuer, jwks_uri: url })),
  }),
);

const redirects = [300, 301, 302, 303, 307, 308].flatMap((status): StepsRow[] => {
  const redirect = (): Response => new Response(null, { status, headers: { location: 'https://attacker.example/' } });
  return [
    {
      id: `redirect/${status}/metadata`,
      how: `the issuer answers ${status} for its metadata, at both places`,
      code: 'ERR_DISCOVERY_FAILED',
      requests: 2,
      run: (context) => verifyWith(context, redirect),
    },
    {
      id: `redirect/${status}/keys`,
      how: `the issuer answers ${status} for its key set`,
      code: 'ERR_KEY_SET_UNAVAILABLE',
      requests: 2,
      run: (context) =>
        verifyWith(context, (url) => (url.includes('.well-known') ? context.fakeIssuer.documentAt(url) : redirect())),
    },
  ];
});

const followed: StepsRow = {
  id: 'redirect/followed-by-fetch',
  how: 'every fetch has redirect: manual',
  code: 'ERR_DISCOVERY_FAILED',
  run: (context) => {
    const fetch = async (_url: string, init: RequestInit) => {
      if (init.redirect !== 'manual') throw new Error('fetch may follow the redirect');
      return new Response(null, { status: 302, headers: { location: 'http://169.254.169.254/' } });
    };
    return context.remoteVerifier({ http: { fetch } }).verify(signed()(context.keys));
  },
};

const named: readonly unknown[] = [
  ...[
    `${issuer}/`,
    `${issuer}:443`,
    'https://ISSUER.example',
    'HTTPS://issuer.example',
    'http://issuer.example',
    `${issuer}.`,
  ],
  ...[
    ` ${issuer}`,
    `${issuer} `,
    `${issuer}\n`,
    `${issuer}/x`,
    'https://other.example',
    'https://i\u0455suer.example',
    '',
  ],
  ...[null, 0, true, [issuer], { issuer }, undefined],
];

const mismatches = named.map(
  (name): StepsRow => ({
    id: `issuer/${shown(name)}`,
    how: `the issuer in the metadata is ${shown(name)}`,
    code: 'ERR_DISCOVERY_ISSUER_MISMATCH',
    requests: 1,
    run: (context) => verifyWith(context, metadata({ issuer: name, jwks_uri: `${issuer}/keys` })),
  }),
);

const withPath: readonly StepsRow[] = [
  'https://issuer.example/',
  'https://issuer.example/tenant',
  'https://issuer.example/tenant/',
].map((configured) => ({
  id: `configured/${configured.slice(8)}`,
  how: `${configured} is configured, and the issuer in its metadata is ${issuer}`,
  code: 'ERR_DISCOVERY_ISSUER_MISMATCH',
  requests: 1,
  run: (context) => {
    context.fakeIssuer.respondWith(metadata({ issuer, jwks_uri: `${issuer}/keys` }));
    return context.remoteVerifier({ issuer: configured }).verify(signed({ iss: configured })(context.keys));
  },
}));

const secondUrl: StepsRow = {
  id: 'second-url',
  how: 'only the second well-known URL has metadata, and they name another issuer',
  code: 'ERR_DISCOVERY_ISSUER_MISMATCH',
  requests: 2,
  run: (context) =>
    verifyWith(context, (url) =>
      url.includes('openid-configuration')
        ? new Response('', { status: 404 })
        : Response.json({ issuer: 'https://other.example', jwks_uri: `${issuer}/keys` }),
    ),
};

/** Accepts a token, changes the key set, advances the clock, and verifies the token again. */
function afterRotation(jwks: (context: AttackContext) => unknown, seconds: number) {
  return async (context: AttackContext): Promise<unknown> => {
    const verifier = context.remoteVerifier({ jwksUri: `${issuer}/keys` });
    const token = signed({ exp: 4_102_444_800 })(context.keys);
    await verifier.verify(token);
    await verifier.verify(token);
    context.fakeIssuer.respondWith(() => Response.json(jwks(context)));
    context.clock.advance(seconds);
    return verifier.verify(token);
  };
}

const removals: readonly StepsRow[] = [
  {
    id: 'another-key-instead',
    how: 'the key of an accepted token is replaced by one with another kid, and the key set expires',
    code: 'ERR_KEY_NOT_FOUND',
    requests: 2,
    run: afterRotation(({ keys }) => keySetOf(keys.key('RS256')), 601),
  },
  {
    id: 'removed-and-none-added',
    how: 'the key is removed from the set, and none is added',
    code: 'ERR_KEY_NOT_FOUND',
    requests: 2,
    run: afterRotation(({ keys }) => ({ keys: keys.jwks.keys.filter(({ kid }) => kid !== 'ES256') }), 601),
  },
  {
    id: 'another-key-with-the-same-kid',
    how: 'another key is published with the same kid',
    code: 'ERR_SIGNATURE_INVALID',
    requests: 2,
    run: afterRotation(({ keys }) => keySetOf(keys.attackerKey('ES256')), 601),
  },
  {
    id: 'the-same-key-for-encryption',
    how: 'the key stays published, for encryption',
    code: 'ERR_KEY_NOT_FOUND',
    requests: 2,
    run: afterRotation(
      ({ keys }) => ({ keys: [{ ...keys.key('ES256').jwk, use: 'enc' }, keys.key('RS256').jwk] }),
      601,
    ),
  },
  {
    id: 'the-same-key-with-another-kid',
    how: 'the key stays published, with another kid',
    code: 'ERR_KEY_NOT_FOUND',
    requests: 2,
    run: afterRotation(({ keys }) => ({ keys: [{ ...keys.key('ES256').jwk, kid: 'renamed' }] }), 601),
  },
  {
    id: 'an-outage-that-lasts',
    how: 'an outage of the issuer lasts longer than staleFor',
    code: 'ERR_KEY_SET_UNAVAILABLE',
    requests: 2,
    run: async (context) => {
      const verifier = context.remoteVerifier({ jwksUri: `${issuer}/keys`, keyCache: { staleFor: 60 } });
      const token = signed({ exp: 4_102_444_800 })(context.keys);
      await verifier.verify(token);
      context.fakeIssuer.respondWith(() => new Response('', { status: 500 }));
      context.clock.advance(700);
      return verifier.verify(token);
    },
  },
];

const ages = [
  'max-age=1e999',
  'max-age=99999999999999999999',
  'max-age=-1',
  'max-age="3600"',
  'max-age=31536000, immutable',
].concat([
  'public, max-age=86400, stale-if-error=9999999',
  'max-age=3600, max-age=9999999',
  'max-age',
  '\u00ff',
  ';;;===,,,',
  'no-store',
]);

const misleading = ages.map(
  (cacheControl): StepsRow => ({
    id: `cache-control/${shown(cacheControl)}`,
    how: `a key set has Cache-Control ${shown(cacheControl)}: a removed key is refused within two hours`,
    code: 'ERR_KEY_NOT_FOUND',
    requests: 2,
    run: async (context) => {
      const headers = { 'cache-control': cacheControl, age: '-99999999' };
      context.fakeIssuer.respondWith(() => Response.json(context.keys.jwks, { headers }));
      const verifier = context.remoteVerifier({ jwksUri: `${issuer}/keys` });
      const token = signed({ exp: 4_102_444_800 })(context.keys);
      await verifier.verify(token);
      context.fakeIssuer.respondWith(() => Response.json(keySetOf(context.keys.key('RS256')), { headers }));
      context.clock.advance(7200);
      return verifier.verify(token);
    },
  }),
);

const json = { 'content-type': 'application/json' };

const badDocuments: Readonly<Record<string, () => Response>> = {
  'larger than allowed': () => new Response(`{"keys":[],"x":"${'x'.repeat(300_000)}"}`, { headers: json }),
  'larger than allowed, in pieces': () => new Response(endless(), { headers: json }),
  'nested 100000 deep': () => new Response('['.repeat(100_000), { headers: json }),
  'an HTML page': () => new Response('<html></html>', { headers: { 'content-type': 'text/html' } }),
  'an HTML page without a type': () => new Response(new TextEncoder().encode('<html></html>')),
  'compressed twice': () => new Response('{"keys":[]}', { headers: { ...json, 'content-encoding': 'gzip, gzip' } }),
  empty: () => new Response('', { headers: json }),
  'cut off': () => new Response('{"keys":[', { headers: json }),
  'not UTF-8': () => new Response(new Uint8Array([0x7b, 0xff, 0x7d]), { headers: json }),
  null: () => Response.json(null),
  'an array': () => Response.json([]),
  'without keys': () => Response.json({}),
  'with keys that are not an array': () => Response.json({ keys: { 0: {} } }),
  'with no key': () => Response.json({ keys: [] }),
  'with unusable keys only': () => Response.json({ keys: [null, 1, 'x', {}, { kty: 'oct', k: 'AA' }] }),
  'confirmed with 304 before any was loaded': () => new Response(null, { status: 304 }),
};

const unavailable = ['an HTML page', 'confirmed with 304 before any was loaded'];

/** A page that an uploader put there: the type, and not the content, tells it from a key set. */
const uploaded: StepsRow = {
  id: 'document/a-key-set-as-a-page',
  how: 'the key set of an attacker is served as text/html',
  code: 'ERR_KEY_SET_UNAVAILABLE',
  requests: 1,
  run: (context) => {
    const headers = { 'content-type': 'text/html' };
    context.fakeIssuer.respondWith(() => Response.json(context.keys.jwks, { headers }));
    return context.remoteVerifier({ jwksUri: `${issuer}/keys` }).verify(signed()(context.keys));
  },
};

function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(0x20)) });
}

const documents = Object.entries(badDocuments).map(
  ([name, make]): StepsRow => ({
    id: `document/${name.replaceAll(/[ ,]+/g, '-')}`,
    how: `the key set is ${name}`,
    code: unavailable.includes(name) ? 'ERR_KEY_SET_UNAVAILABLE' : 'ERR_KEY_SET_INVALID',
    requests: 1,
    run: (context) => {
      context.fakeIssuer.respondWith(make);
      return context.remoteVerifier({ jwksUri: `${issuer}/keys` }).verify(signed()(context.keys));
    },
  }),
);

/** Metadata and key sets with hostile URLs, issuers, lifetimes and contents. */
export const documentAttacks: readonly Attack[] = [
  ...attacks(26, [...atConstruction, ...inMetadata, ...redirects, followed]),
  ...attacks(27, [...mismatches, ...withPath, secondUrl]),
  ...attacks(28, removals),
  ...attacks(35, [...misleading, ...documents, uploaded]),
];
