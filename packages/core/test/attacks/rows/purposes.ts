import type { RequestLike } from '../../../src/index.ts';
import { requestWith, requestWithHeaders } from '../../support/requests.ts';
import { now } from '../../support/sign-token.ts';
import { type Attack, attacks, type RefusalCode, type StepsRow, type TokenRow } from '../attack.ts';
import type { AttackContext } from '../attack-context.ts';
import { pairs, shown, signed, signedText } from './tokens.ts';

type Members = Readonly<Record<string, unknown>>;

const types: readonly unknown[] = [
  ...[
    'id_token+jwt',
    'logout+jwt',
    'dpop+jwt',
    'secevent+jwt',
    'token-introspection+jwt',
    'kb+jwt',
    'dc+sd-jwt',
    'vc+jwt',
  ],
  ...[
    'oauth-authz-req+jwt',
    'client-authentication+jwt',
    'entity-statement+jwt',
    'statuslist+jwt',
    'rt+jwt',
    'oauth-id-jag+jwt',
    'passport',
  ],
  ...[
    'JWE',
    'JOSE',
    'JOSE+JSON',
    'application/jwt+json',
    'at+jws',
    'at jwt',
    'at-jwt',
    'at+jwt ',
    ' at+jwt',
    'at+jwt;x=y',
  ],
  ...[
    '',
    ' ',
    'application/',
    'application/application/at+jwt',
    'text/at+jwt',
    'at+jwt\u0000',
    '\uff41t+jwt',
    'JWT,at+jwt',
  ],
  ...[1, 0, true, false, null, [], ['at+jwt'], {}, { toString: 'at+jwt' }],
];

const headerTypes = pairs(types, ['compatible', 'at+jwt'] as const).map(
  ([typ, tokenType]): TokenRow => ({
    id: `typ/${tokenType}/${shown(typ)}`,
    how: `the header says typ ${shown(typ)}; tokenType is ${tokenType}`,
    code: 'ERR_TOKEN_TYPE',
    options: { tokenType },
    token: signed({}, { typ }),
  }),
);

/** Claims that an access token never has, by the purpose that they indicate. */
const otherPurposes: Readonly<Record<string, Members>> = {
  'an ID token with at_hash': { at_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng' },
  'an ID token with c_hash': { c_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng' },
  'an ID token with an empty at_hash': { at_hash: '' },
  'an ID token of Dex': { at_hash: 'x', email: 'a@b.example', groups: ['g'], client_id: null },
  'an ID token with a nonce and null elsewhere': { nonce: 'n', scope: null, scp: null, client_id: null, cid: null },
  'an ID token of Cognito': { token_use: 'id' },
  'an ID token of Keycloak': { typ: 'ID' },
  'an ID token with a nonce': { nonce: 'n-0S6_WzA2Mj', client_id: undefined },
  'an ID token with a nonce and azp': { nonce: 'n-0S6_WzA2Mj', client_id: undefined, azp: 'client' },
  'an ID token with a nonce and auth_time': { nonce: 'n', auth_time: now, client_id: undefined },
  'a logout token': { events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, sid: 'x' },
  'a logout token of Keycloak': { typ: 'Logout' },
  'a security event': { events: { 'https://schemas.openid.net/secevent/caep/event-type/session-revoked': {} } },
  'a security event without an event': { events: {} },
  'events that are no object': { events: false },
  'a refresh token of Keycloak': { typ: 'Refresh' },
  'an offline token of Keycloak': { typ: 'Offline' },
  'an authorization response with a code': { code: 'c', state: 's', client_id: null },
  'an authorization response without a state': { code: 'c', client_id: undefined, sub: undefined },
  'an authorization response with an error': { error: 'access_denied', state: 's', client_id: undefined },
  'an authorization response with an access token': { access_token: 't', token_type: 'Bearer', scope: 'read' },
  'a UserInfo response': { email: 'a@b.example', client_id: undefined, iat: undefined, jti: undefined },
  'an introspection response': { token_introspection: { active: true } },
  'a DPoP proof': { htm: 'GET', htu: 'https://api.example/orders', client_id: undefined },
  'a DPoP proof with ath': { htm: 'POST', htu: 'https://api.example/', ath: 'x' },
};

const claimTypes = pairs(Object.entries(otherPurposes), ['JWT', 'application/jwt', undefined]).map(
  ([[name, claims], typ]): TokenRow => ({
    id: `${name.replaceAll(' ', '-')}/typ-${typ ?? 'absent'}`,
    how: `${name}, of the same issuer and for the same audience, typ ${typ ?? 'absent'}`,
    code: 'ERR_TOKEN_TYPE',
    token: signed(claims, { typ }),
  }),
);

/** ID tokens without a claim that identifies them, whose audience is an accepted one. */
const bare: Readonly<Record<string, Members>> = {
  'without nonce': {},
  'with the profile': { email: 'a@b.example', name: 'A', preferred_username: 'a' },
  'with the session': { sid: 's', auth_time: now, acr: '1', amr: ['pwd'] },
  'with null in the claim of an access token': { azp: null, appid: null },
  'with the claim in another place': { act: { azp: 'client' } },
};

const bareRows = Object.entries(bare).flatMap(([name, claims]): TokenRow[] => [
  {
    id: `bare/${name.replaceAll(' ', '-')}`,
    how: `an ID token ${name}, and accessTokenClaims lists azp and appid`,
    code: 'ERR_TOKEN_TYPE',
    options: { accessTokenClaims: { azp: true, appid: true } },
    token: signed({ ...claims, client_id: undefined }, { typ: 'JWT' }),
  },
  {
    id: `bare/${name.replaceAll(' ', '-')}/with-another-value`,
    how: `an ID token ${name} and a token_use of its own, and accessTokenClaims requires token_use of access`,
    code: 'ERR_TOKEN_TYPE',
    options: { accessTokenClaims: { token_use: 'access' } },
    token: signed({ ...claims, client_id: undefined, token_use: ['access'] }, { typ: undefined }),
  },
]);

const strict = { tokenType: 'at+jwt' } as const;

const strictRows: readonly TokenRow[] = [
  ...['iat', 'jti', 'sub', 'client_id', 'aud', 'exp'].flatMap((name): TokenRow[] => [
    {
      id: `strict/without-${name}`,
      advisory: 'RFC 9068, section 2.2',
      how: `tokenType is at+jwt, and the token has no ${name}`,
      code: 'ERR_CLAIM_MISSING',
      options: strict,
      token: signed({ [name]: undefined }),
    },
    {
      id: `strict/${name}-null`,
      advisory: 'RFC 9068, section 2.2',
      how: `tokenType is at+jwt, and ${name} is null`,
      code: 'ERR_CLAIM_MISSING',
      options: strict,
      token: signed({ [name]: null }),
    },
  ]),
  ...['JWT', 'jwt', 'application/jwt', undefined].map(
    (typ): TokenRow => ({
      id: `strict/typ-${typ ?? 'absent'}`,
      advisory: 'RFC 9068, section 4',
      how: `tokenType is at+jwt, and the header says typ ${typ ?? 'nothing'}`,
      code: 'ERR_TOKEN_TYPE',
      options: strict,
      token: signed({}, { typ }),
    }),
  ),
];

const written: readonly TokenRow[] = [
  ['typ-twice-last-another', '{"alg":"ES256","kid":"ES256","typ":"at+jwt","typ":"logout+jwt"}'],
  ['typ-escaped', '{"alg":"ES256","kid":"ES256","typ":"at+jwt","\\u0074yp":"dpop+jwt"}'],
].map(([name = '', header = '']) => ({
  id: `written/${name}`,
  how: `the header is written as ${header}`,
  code: 'ERR_TOKEN_TYPE',
  token: signedText(header),
}));

const thumbprint = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';

function bound(entries: Readonly<Record<string, unknown>>, code: RefusalCode): TokenRow[] {
  return Object.entries(entries).map(([name, cnf]) => ({
    id: `bearer/${name}`,
    how: `a token of the issuer with the confirmation ${shown(cnf)}, sent as a bearer token`,
    code,
    token: signed({ cnf }),
  }));
}

async function authenticate(context: AttackContext, request: RequestLike): Promise<unknown> {
  const result = await context.verifier().authenticate(request);
  if (result.ok) return result.auth;
  throw result.error;
}

function requestRow(
  id: string,
  how: string,
  code: RefusalCode,
  requestOf: (context: AttackContext) => RequestLike,
): StepsRow {
  return { id, how, code, run: (context) => authenticate(context, requestOf(context)) };
}

const boundToken = signed({ cnf: { jkt: thumbprint } });
const certified = signed({ cnf: { 'x5t#S256': thumbprint } });

const proofs: readonly StepsRow[] = [
  requestRow('scheme/DPoP', 'a bound token under its own scheme', 'ERR_CREDENTIALS_MISSING', ({ keys }) =>
    requestWithHeaders({ authorization: [`DPoP ${boundToken(keys)}`], dpop: ['e30.e30.AAAA'] }),
  ),
  requestRow(
    'scheme/Bearer-with-a-proof',
    'a bound token as a bearer token, with a proof',
    'ERR_BINDING_REQUIRED',
    ({ keys }) => requestWithHeaders({ authorization: [`Bearer ${boundToken(keys)}`], dpop: ['e30.e30.AAAA'] }),
  ),
  requestRow('scheme/both', 'both schemes in two headers', 'ERR_CREDENTIALS_REPEATED', ({ keys }) =>
    requestWith(`DPoP ${boundToken(keys)}`, `Bearer ${signed()(keys)}`),
  ),
  requestRow('scheme/both-in-one', 'both schemes in one header', 'ERR_CREDENTIALS_REPEATED', ({ keys }) =>
    requestWith(`DPoP ${boundToken(keys)}, Bearer ${signed()(keys)}`),
  ),
  requestRow('proof-as-a-token', 'a proof instead of the token', 'ERR_TOKEN_TYPE', ({ keys }) =>
    requestWith(`Bearer ${signed({ htm: 'GET', htu: 'https://api.example/orders' }, { typ: 'dpop+jwt' })(keys)}`),
  ),
];

const certificates: readonly StepsRow[] = [
  'x-client-cert',
  'x-forwarded-client-cert',
  'client-cert',
  'x-ssl-client-cert',
].map((header) =>
  requestRow(
    `header/${header}`,
    `a bound token, and a certificate that the client put into ${header}`,
    'ERR_BINDING_REQUIRED',
    ({ keys }) =>
      requestWithHeaders({
        authorization: [`Bearer ${certified(keys)}`],
        [header]: ['-----BEGIN CERTIFICATE-----'],
      }),
  ),
);

const malformed = {
  text: 'x',
  'empty-text': '',
  array: [],
  number: 1,
  'array-of-one': [{ jkt: thumbprint }],
  false: false,
};

/** Tokens that were issued for another purpose, or are bound to a key or certificate. */
export const purposeAttacks: readonly Attack[] = [
  ...attacks(25, [...headerTypes, ...claimTypes, ...bareRows, ...strictRows, ...written]),
  ...attacks(31, [
    ...bound(
      {
        jkt: { jkt: thumbprint },
        'jkt-empty': { jkt: '' },
        'jkt-null': { jkt: null },
        'jkt-and-another': { jwe: 'x', jkt: thumbprint },
        jwk: { jwk: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' } },
        jwe: { jwe: 'x' },
        kid: { kid: 'x' },
        'kid-null': { kid: null },
        jku: { jku: 'https://attacker.example/keys', kid: 'x' },
      },
      'ERR_BINDING_REQUIRED',
    ),
    ...bound(malformed, 'ERR_CLAIM_INVALID'),
    ...proofs,
  ]),
  ...attacks(32, [
    ...bound(
      {
        x5t: { 'x5t#S256': thumbprint },
        'x5t-padded': { 'x5t#S256': `${thumbprint}=` },
        'x5t-null': { 'x5t#S256': null },
        both: { jkt: thumbprint, 'x5t#S256': thumbprint },
      },
      'ERR_BINDING_REQUIRED',
    ),
    ...certificates,
  ]),
];
