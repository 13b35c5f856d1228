import type { Answer } from '../answer.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { accepted, anonymous, expired, invalid, scopeMissing } from '../expected-answers.ts';
import { signed } from '../token-builder.ts';
import { tokenCases } from './token-cases.ts';

/** A realm that tries to end its quoted-string and to add a parameter and a challenge. */
export const hostileRealm = 'a"b\\c, error="none", Bearer realm="other';

/** Text that tries to end a quoted-string, a header line and the header section. */
export const hostileText = '"\\, scope="all"\r\nX-Injected: 1\r\n\r\n<script>\u0000\u00e9\ud83d\ude00';

// Beyond two fetches for unknown keys the answer would be 503.
const withoutFetch = 'given-keys';

const spec = 'RFC 9110, sections 5.5 and 5.6.4';

function withRealm({ wwwAuthenticate, ...rest }: Answer): Answer {
  const realm = String.raw`realm="a\"b\\c, error=\"none\", Bearer realm=\"other"`;
  return { ...rest, wwwAuthenticate: wwwAuthenticate.map((line) => line.replace('realm="api"', () => realm)) };
}

const inToken: readonly ConformanceCase[] = [
  ...tokenCases('hostile', invalid, [
    ['kid', spec, signed({}, { kid: hostileText }), withoutFetch],
    ['alg', spec, signed({}, { alg: hostileText })],
    ['typ', spec, signed({}, { typ: hostileText })],
    ['crit', spec, signed({}, { crit: [hostileText], [hostileText]: 1 })],
    ['issuer', spec, signed({ iss: hostileText })],
    ['issuer-an-inherited-name', spec, signed({ iss: '__proto__' })],
    ['audience', spec, signed({ aud: hostileText })],
    ['exp', spec, signed({ exp: hostileText })],
    ['nbf', spec, signed({ nbf: hostileText })],
  ]),
  ...tokenCases('hostile', accepted({ subject: hostileText, clientId: hostileText }), [
    ['subject-and-client', 'RFC 8259, section 7', signed({ sub: hostileText, client_id: hostileText })],
  ]),
  {
    id: 'hostile/scope',
    spec,
    path: '/scoped',
    headers: (context) => [['Authorization', `Bearer ${signed({ scope: hostileText })(context)}`]],
    expected: scopeMissing('read:messages'),
  },
  {
    id: 'hostile/scp',
    spec,
    path: '/scoped-all',
    headers: (context) => [['Authorization', `Bearer ${signed({ scope: undefined, scp: [hostileText] })(context)}`]],
    expected: scopeMissing('read:messages write:messages'),
  },
];

const inRequest: readonly ConformanceCase[] = [
  {
    id: 'hostile/query',
    spec,
    path: '/protected?realm=%22%0d%0aX-Injected:%201%0d%0a&access_token=%0d%0a',
    expected: anonymous,
  },
  {
    id: 'hostile/forwarded-headers',
    spec,
    headers: [
      ['X-Forwarded-Host', 'other.example", error="none'],
      ['X-Forwarded-Proto', 'javascript'],
      ['Origin', 'https://other.example'],
      ['X-HTTP-Method-Override', 'OPTIONS'],
    ],
    expected: anonymous,
  },
];

const inRealm: readonly ConformanceCase[] = [
  { id: 'hostile-realm/nothing', spec, profile: 'hostile-realm', expected: withRealm(anonymous) },
  {
    id: 'hostile-realm/expired',
    spec,
    profile: 'hostile-realm',
    headers: (context) => [['Authorization', `Bearer ${signed({ exp: 1 })(context)}`]],
    expected: withRealm(expired),
  },
  {
    id: 'hostile-realm/scope',
    spec,
    profile: 'hostile-realm',
    path: '/scoped',
    headers: (context) => [['Authorization', `Bearer ${signed({ scope: hostileText })(context)}`]],
    expected: withRealm(scopeMissing('read:messages')),
  },
];

/** Texts that would change an answer if they reached a header unescaped. */
export const hostileCases: readonly ConformanceCase[] = [...inToken, ...inRequest, ...inRealm];
