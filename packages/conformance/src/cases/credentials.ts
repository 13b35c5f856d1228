import type { ConformanceCase, HeaderList } from '../conformance-case.ts';
import { accepted, anonymous, bodiless, malformed, open, repeated } from '../expected-answers.ts';
import { type SigningContext, signed } from '../token-builder.ts';

const good = signed();

/** One or more `Authorization` headers; `TOKEN` is replaced by a valid token. */
function authorization(...values: readonly string[]): (context: SigningContext) => HeaderList {
  return (context) => values.map((value) => ['Authorization', value.replaceAll('TOKEN', good(context))]);
}

const schemes: readonly ConformanceCase[] = [
  { id: 'credentials/none', spec: 'RFC 6750, section 3.1: no error information', expected: anonymous },
  {
    id: 'credentials/empty',
    spec: 'RFC 9110, section 11.4',
    headers: [['Authorization', '']],
    expected: anonymous,
  },
  {
    id: 'credentials/good',
    spec: 'RFC 6750, section 2.1',
    headers: authorization('Bearer TOKEN'),
    expected: accepted(),
  },
  {
    id: 'credentials/public-route',
    spec: 'RFC 9110, section 11.6.2: credentials that were not requested',
    path: '/public',
    headers: [['Authorization', 'Bearer nonsense']],
    expected: open,
  },
  {
    id: 'credentials/basic',
    spec: 'RFC 6750, section 3: the scheme of the challenge is Bearer',
    headers: [['Authorization', 'Basic Y2xpZW50OnBhc3N3b3Jk']],
    expected: anonymous,
  },
  {
    id: 'credentials/dpop-scheme',
    spec: 'RFC 9449, section 7.1: a scheme of its own',
    headers: authorization('DPoP TOKEN'),
    expected: anonymous,
  },
  {
    id: 'credentials/scheme-with-bearer-in-front',
    spec: 'RFC 9110, section 11.1: the scheme ends at a space',
    headers: authorization('BearerTOKEN'),
    expected: anonymous,
  },
  {
    id: 'credentials/token-without-scheme',
    spec: 'RFC 9110, section 11.4',
    headers: authorization('TOKEN'),
    expected: anonymous,
  },
  {
    id: 'credentials/header-name-in-any-case',
    spec: 'RFC 9110, section 5.1',
    headers: (context) => [['aUTHORIZATION', `Bearer ${good(context)}`]],
    expected: accepted(),
  },
  ...['bearer', 'BEARER', 'bEaReR'].map(
    (scheme): ConformanceCase => ({
      id: `credentials/scheme-spelled-${scheme}`,
      spec: 'RFC 9110, section 11.1: schemes are case-insensitive',
      headers: authorization(`${scheme} TOKEN`),
      expected: accepted(),
    }),
  ),
  {
    id: 'credentials/several-spaces',
    spec: 'RFC 9110, section 11.4: 1*SP',
    headers: authorization('  Bearer    TOKEN  '),
    expected: accepted(),
  },
];

const forms: readonly ConformanceCase[] = [
  ['bearer-alone', 'Bearer'],
  ['bearer-and-spaces', 'Bearer    '],
  ['space-inside', 'Bearer TOKEN TOKEN'],
  ['space-after-a-dot', 'Bearer aaaa. bbbb.cccc'],
  ['tab-before-token', 'Bearer\tTOKEN'],
  ['illegal-character', 'Bearer aaaa.bb!b.cccc'],
  ['quoted', 'Bearer "TOKEN"'],
  ['padding-inside', 'Bearer aa=a.bbbb.cccc'],
  ['percent-encoded', 'Bearer aaaa%2Ebbbb%2Ecccc'],
  ['beyond-ascii', 'Bearer aaaa.bb\u00e9b.cccc'],
  ['auth-parameter', 'Bearer token="TOKEN"'],
].map(
  ([name, value = '']): ConformanceCase => ({
    id: `credentials/malformed/${name}`,
    spec: 'RFC 6750, sections 2.1 (b64token) and 3.1 (invalid_request)',
    headers: authorization(value),
    expected: malformed,
  }),
);

const repetitions: readonly ConformanceCase[] = [
  ['same-header-twice', 'Bearer TOKEN', 'Bearer TOKEN'],
  ['two-tokens', 'Bearer TOKEN', 'Bearer other'],
  ['good-one-last', 'Bearer other', 'Bearer TOKEN'],
  ['two-schemes', 'Basic Y2xpZW50OnBhc3N3b3Jk', 'Bearer TOKEN'],
  ['comma', 'Bearer TOKEN, Bearer TOKEN'],
  ['comma-between-schemes', 'Basic Y2xpZW50OnBhc3N3b3Jk, Bearer TOKEN'],
  ['comma-at-the-end', 'Bearer TOKEN,'],
].map(
  ([name, ...values]): ConformanceCase => ({
    id: `credentials/repeated/${name}`,
    spec: 'RFC 6750, section 3.1: more than one method (invalid_request)',
    headers: authorization(...values),
    expected: repeated,
  }),
);

const otherPlaces: readonly ConformanceCase[] = [
  {
    id: 'credentials/token-in-query',
    spec: 'RFC 9700, section 4.3.2; RFC 6750, section 2.3 (SHOULD NOT)',
    path: (context) => `/protected?access_token=${good(context)}`,
    expected: anonymous,
  },
  {
    id: 'credentials/token-in-cookie',
    spec: 'RFC 6750, section 2: not one of its methods',
    headers: (context) => [['Cookie', `access_token=${good(context)}`]],
    expected: anonymous,
  },
  {
    id: 'credentials/token-for-the-proxy',
    spec: 'RFC 9110, section 11.7.2',
    headers: (context) => [['Proxy-Authorization', `Bearer ${good(context)}`]],
    expected: anonymous,
  },
  {
    id: 'credentials/header-and-query',
    spec: 'RFC 9700, section 4.3.2: the query is ignored',
    path: '/protected?access_token=other',
    headers: authorization('Bearer TOKEN'),
    expected: accepted(),
  },
];

const headRequests: readonly ConformanceCase[] = [
  {
    id: 'credentials/head-request-with-none',
    spec: 'RFC 9110, section 9.3.2',
    method: 'HEAD',
    expected: bodiless(anonymous),
  },
  {
    id: 'credentials/head-request-with-malformed-ones',
    spec: 'RFC 9110, section 9.3.2',
    method: 'HEAD',
    headers: [['Authorization', 'Bearer']],
    expected: bodiless(malformed),
  },
  {
    id: 'credentials/head-request-with-good-ones',
    spec: 'RFC 9110, section 9.3.2',
    method: 'HEAD',
    headers: authorization('Bearer TOKEN'),
    expected: bodiless(accepted()),
  },
];

/** Transport of a token: RFC 6750, section 2, and the credentials of RFC 9110, section 11.4. */
export const credentialCases: readonly ConformanceCase[] = [
  ...schemes,
  ...forms,
  ...repetitions,
  ...otherPlaces,
  ...headRequests,
];
