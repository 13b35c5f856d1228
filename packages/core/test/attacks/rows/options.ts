import { issuer } from '../../support/sign-token.ts';
import { type Attack, attacks, type StepsRow, type TokenRow } from '../attack.ts';
import { pairs, shown, signed } from './tokens.ts';

function withOption(path: string, value: unknown): object {
  const [group = '', name] = path.split('.');
  return name === undefined ? { [group]: value } : { [group]: { [name]: value } };
}

function refusedOption(id: string, how: string, options: object): StepsRow {
  return { id, how, code: 'ERR_CONFIG_INVALID', run: (context) => context.verifier(options) };
}

const names = ['issuer', 'audience', 'algorithms', 'clientIds', 'requiredClaims', 'tokenType', 'realm', 'scopeClaims'];
const patterns = { plain: /.*/, global: /a/g, sticky: /a/y, slow: /^(a+)+$/, inList: [/.*/] };

const patternOptions = pairs(names, Object.entries(patterns)).map(([name, [kind, pattern]]) =>
  refusedOption(`option/${name}/${kind}`, `${name} is a ${kind} pattern`, { [name]: pattern }),
);

const slow: readonly (readonly [string, string])[] = [
  ['letters-and-a-bang', `${'a'.repeat(16_000)}!`],
  ['letters-dots-and-a-bang', `${'a.'.repeat(8000)}!`],
  ['a-part-that-ends-badly', `${'a'.repeat(8000)}.${'a'.repeat(8000)}!`],
  ['three-parts-that-end-badly', `${'a'.repeat(5000)}.${'a'.repeat(5000)}.${'a'.repeat(5000)} `],
  ['spaces', `${' '.repeat(16_000)}a`],
  ['equal-signs', `a${'='.repeat(16_000)}a`],
];

const slowTokens = slow.map(
  ([name, token]): TokenRow => ({
    id: `token/${name}`,
    how: `a token that makes a naive regular expression backtrack: ${name.replaceAll('-', ' ')}`,
    code: 'ERR_TOKEN_MALFORMED',
    token: () => token,
  }),
);

const repeatedToken: StepsRow = {
  id: 'the-same-answer-a-thousand-times',
  how: 'the same token of another audience, a thousand times',
  code: 'ERR_AUDIENCE_MISMATCH',
  run: async (context) => {
    const verifier = context.verifier();
    const token = signed({ aud: 'api://other' })(context.keys);
    const codes = new Set<string>();
    for (let index = 0; index < 1000; index += 1) codes.add(await context.codeOf(verifier.verify(token)));
    if (codes.size !== 1) throw new Error([...codes].join(', '));
    return verifier.verify(token);
  },
};

const numbers = [
  ...['clockTolerance', 'maxTokenAge', 'maxTokenSize', 'keyCache.ttl', 'keyCache.staleFor', 'keyCache.refreshAhead'],
  ...['keyCache.maxIssuers', 'tokenCache.maxEntries', 'http.timeout', 'http.connections', 'http.maxResponseSize'],
];
const notDurations = [Number.NaN, Number.POSITIVE_INFINITY, -1, '1 month', '5', null, 1e12];

const durations = pairs(numbers, notDurations).map(([path, value]) =>
  refusedOption(
    `${path}/${typeof value === 'number' ? value : shown(value)}`,
    `${path} is ${typeof value === 'number' ? value : shown(value)}`,
    withOption(path, value),
  ),
);

const dropped = [
  ['misspelled', { algorithm: ['ES256'] }],
  ['misspelled-audience', { audience: undefined, aud: 'api://default' }],
  ['of-another-library', { ignoreExpiration: true }],
  ['misspelled-inside', { http: { timeOut: 5 } }],
  ['no-algorithm', { algorithms: [] }],
  ['algorithms-as-text', { algorithms: 'RS256' }],
  ['none', { algorithms: ['none'] }],
  ['None', { algorithms: ['RS256', 'None'] }],
  ['algorithm-in-other-case', { algorithms: ['rs256'] }],
  ['algorithm-unknown', { algorithms: ['RS257'] }],
  ['algorithm-of-the-prototype', { algorithms: ['toString'] }],
  ['type-unknown', { tokenType: 'JWT' }],
  ['validate-no-function', { validate: true }],
  ['getToken-no-function', { getToken: 'cookie' }],
  ['optional-as-text', { optional: 'false' }],
  ['required-claims-as-text', { requiredClaims: 'tenant' }],
  ['keys-as-an-array', { jwks: [] }],
  ['keys-as-text', { jwks: '{"keys":[]}' }],
  ['keys-and-an-address', { jwksUri: `${issuer}/keys` }],
  ['audience-with-a-line-end', { audience: 'api\n' }],
  ['client-with-a-line-end', { clientIds: ['client\n'] }],
  ['issuer-with-a-line-end', { issuer: `${issuer}\n` }],
  ['issuer-with-dot-segments', { issuer: `${issuer}/realms/../x`, jwks: undefined }],
  ['issuer-with-encoded-dot-segments', { issuer: `${issuer}/realms/%2e%2e/x`, jwks: undefined }],
  ['realm-with-a-line-end', { realm: 'a\r\nX-Injected: 1' }],
  ['realm-beyond-ascii', { realm: 'caf\u00e9' }],
  ['issuers-empty', { issuer: undefined, audience: undefined, jwks: undefined, issuers: [] }],
].map(([name, options]) =>
  refusedOption(`dropped/${String(name)}`, `an option that cannot mean anything: ${String(name)}`, options as object),
);

/** Options that must take effect, or else make createVerifier throw. */
export const optionAttacks: readonly Attack[] = [
  ...attacks(21, [...patternOptions, ...slowTokens, repeatedToken]),
  ...attacks(22, [...durations, ...dropped]),
];
