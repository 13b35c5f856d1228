import { randomBytes } from 'node:crypto';
import type { AuthorizationServer, FaultServer } from '@verifier/test-issuer';
import type { HeaderList } from './conformance-case.ts';
import type { Framework, MistakenApp } from './mistaken-app.ts';

/** The servers of the mistakes. */
export interface Scenario {
  readonly issuer: AuthorizationServer;
  /** An issuer whose documents are pages of a login. */
  readonly page: FaultServer;
  /** An issuer that redirects. */
  readonly redirecting: FaultServer;
  /** An issuer that refuses connections. */
  readonly closed: FaultServer;
}

/** A mistake that keeps every request from succeeding. The texts are those of docs/troubleshooting.md. */
export interface Mistake {
  readonly name: string;
  /** The answer to the client, or the time at which the application fails. */
  readonly status: '400' | '401' | '403' | '500' | '503' | 'at start-up';
  /** The line on the console. `…` stands for any text, and `<issuer>` for the issuer of the tokens. */
  readonly line: string;
  readonly fix: string;
  /** The debug line, if it is another one. */
  readonly debug?: string;
  /** The frameworks in which the mistake is possible; all by default. */
  readonly frameworks?: readonly Framework[];
  /** Returns the application: options that differ from the right ones, and how it is put together. */
  readonly app: (scenario: Scenario) => Partial<MistakenApp>;
  readonly method?: 'OPTIONS';
  /** Returns the headers of each request; by default those with a valid token. */
  readonly headers?: (scenario: Scenario) => Promise<HeaderList>;
}

/** A value that no line may contain. Every token has it in a claim. */
export const secretClaim = 'value-of-a-claim';

const rightApp = (): Partial<MistakenApp> => ({});

/** The mistakes, in the order of the page. */
export const mistakes: readonly Mistake[] = [
  {
    name: '`audience` is not the text in `aud`',
    status: '401',
    line: 'VERIFIER_ALL_REFUSED … ERR_AUDIENCE_MISMATCH … audience is "api://orders"',
    fix: 'Set `audience` to the identifier of this API at the issuer, or let the client request a token for it.',
    app: () => ({ options: { audience: 'api://orders' } }),
    headers: async ({ issuer }) => bearer(await issuer.sign({ aud: `api://${secretClaim}` })),
  },
  {
    name: '`issuer` has a trailing slash too many, or too few',
    status: '401',
    line: 'VERIFIER_ALL_REFUSED … ERR_ISSUER_UNKNOWN … issuer is "<issuer>/" … trailing slash',
    fix: 'Copy `issuer` from the metadata of the issuer, to the character.',
    app: ({ issuer }) => ({ options: { issuer: `${issuer.issuer}/` } }),
  },
  {
    name: '`localhost` for `127.0.0.1` in `issuer`',
    status: '401',
    line: 'VERIFIER_ALL_REFUSED … ERR_ISSUER_UNKNOWN … issuer is "http://localhost:…" … every character',
    fix: 'Use one host name in the configuration of the issuer, the client and the API.',
    app: ({ issuer }) => ({ options: { issuer: issuer.issuer.replace('127.0.0.1', 'localhost') } }),
  },
  {
    name: '`algorithms` does not have the one that the issuer signs with',
    status: '401',
    line: 'VERIFIER_ALL_REFUSED … ERR_ALG_NOT_ALLOWED … algorithms is "ES256"',
    fix: 'Add the algorithm to `algorithms`, or remove the option.',
    app: () => ({ options: { algorithms: ['ES256'] } }),
  },
  {
    name: 'The client sends its ID token',
    status: '401',
    line: 'VERIFIER_ALL_REFUSED … ERR_TOKEN_TYPE … send the access token, not the ID token',
    fix: 'Send `access_token` of the token response, not `id_token`.',
    app: rightApp,
    headers: async ({ issuer }) =>
      bearer(await issuer.sign({ nonce: secretClaim, client_id: undefined }, { header: { typ: 'JWT' } })),
  },
  {
    name: 'The token is opaque',
    status: '401',
    line: 'VERIFIER_ALL_REFUSED … ERR_TOKEN_MALFORMED … opaque … send a signed JWT',
    fix: 'Name this API when the client requests the token: `audience`, `resource` or a scope of the API.',
    app: rightApp,
    headers: async () => bearer(`opaque-${secretClaim}`),
  },
  {
    name: 'The token is encrypted: it has five parts',
    status: '401',
    line: 'VERIFIER_ALL_REFUSED … ERR_TOKEN_MALFORMED … encrypted … send a signed JWT',
    fix: 'Turn off the encryption of access tokens for this API at the issuer.',
    app: rightApp,
    headers: async () => bearer(encrypted()),
  },
  {
    name: 'The token is one for Microsoft Graph',
    status: '401',
    line: 'VERIFIER_ALL_REFUSED … ERR_SIGNATURE_INVALID … Microsoft Graph … request a token with a scope of this API',
    fix: 'Request a token with a scope of this API, such as `api://orders/read`.',
    app: rightApp,
    headers: async ({ issuer }) => bearer(withoutSignature(await issuer.sign({}, { header: { nonce: secretClaim } }))),
  },
  {
    name: 'The client writes `Bearer` twice',
    status: '400',
    line: 'VERIFIER_ALL_REFUSED … ERR_CREDENTIALS_MALFORMED … without quotes and without a second "Bearer"',
    fix: 'Write the scheme once: the client library may add it.',
    app: rightApp,
    headers: async ({ issuer }) => bearer(`Bearer ${await issuer.sign()}`),
  },
  {
    name: 'The client quotes the token',
    status: '400',
    line: 'VERIFIER_ALL_REFUSED … ERR_CREDENTIALS_MALFORMED … without quotes',
    fix: 'Send the token itself, not its JSON.',
    app: rightApp,
    headers: async ({ issuer }) => bearer(`"${await issuer.sign()}"`),
  },
  {
    name: 'The client sends a variable without a value',
    status: '401',
    line: 'VERIFIER_ALL_REFUSED … ERR_TOKEN_MALFORMED … the word "undefined" or "null": the client sends a variable without a value',
    fix: 'Let the client wait for its token before the first request.',
    app: rightApp,
    headers: async () => bearer('undefined'),
  },
  {
    name: 'The client sends the token without `Bearer`',
    status: '401',
    line: 'VERIFIER_ALL_REFUSED … 20 requests … ERR_CREDENTIALS_MISSING … send "Authorization: Bearer <token>"',
    debug: 'ERR_CREDENTIALS_MISSING … send "Authorization: Bearer <token>"',
    fix: 'Write `Bearer` and a space before the token.',
    app: rightApp,
    headers: async ({ issuer }) => [['Authorization', await issuer.sign()]],
  },
  {
    name: 'CORS comes after the guard',
    status: '401',
    line: 'VERIFIER_ALL_REFUSED … CORS preflights … ERR_CREDENTIALS_MISSING … add CORS before the authentication',
    debug: 'ERR_CREDENTIALS_MISSING … CORS preflight … add CORS before the authentication',
    fix: 'Add [CORS](cors.md) before the guard. In NestJS, call `enableCors()`.',
    app: () => ({ hasLateCors: true }),
    method: 'OPTIONS',
    headers: async () => [
      ['Origin', 'https://app.example'],
      ['Access-Control-Request-Method', 'GET'],
      ['Access-Control-Request-Headers', 'authorization'],
    ],
  },
  {
    name: 'A proxy removes `Authorization`',
    status: '401',
    line: 'VERIFIER_ALL_REFUSED … 20 requests … ERR_CREDENTIALS_MISSING … a proxy removes it: configure the proxy to pass it on',
    debug: 'ERR_CREDENTIALS_MISSING … a proxy removes it: configure the proxy to pass it on',
    fix: 'Let the [proxy](behind-proxies.md) pass the header on. If it puts the token elsewhere, set `getToken`.',
    app: rightApp,
    headers: async () => [['X-Forwarded-For', '192.0.2.1']],
  },
  {
    name: 'The issuer cannot be reached',
    status: '503',
    line: 'VERIFIER_OUTAGE … cannot be fetched … <issuer>/.well-known/openid-configuration … ECONNREFUSED',
    debug: 'ERR_DISCOVERY_FAILED … <issuer>/.well-known/openid-configuration … ECONNREFUSED',
    fix: 'Open that URL from the machine of the API. Set `issuer`, `metadataUri` or the [proxy](behind-proxies.md) right.',
    app: ({ closed }) => ({ options: { issuer: closed.issuer } }),
    headers: async ({ issuer, closed }) => bearer(await issuer.sign({ iss: closed.issuer })),
  },
  {
    name: 'The metadata are an HTML page, such as a login',
    status: '503',
    line: 'VERIFIER_OUTAGE … <issuer>/.well-known/openid-configuration … text/html',
    debug: 'ERR_DISCOVERY_FAILED … <issuer>/.well-known/openid-configuration … text/html',
    fix: 'Set `issuer` to the URL that the issuer puts into `iss`, not to that of its console or login.',
    app: ({ page }) => ({ options: { issuer: page.issuer } }),
    headers: async ({ issuer, page }) => bearer(await issuer.sign({ iss: page.issuer })),
  },
  {
    name: 'The issuer redirects to another URL',
    status: '503',
    line: 'VERIFIER_OUTAGE … <issuer>/.well-known/openid-configuration … The answer has the status 302',
    debug: 'ERR_DISCOVERY_FAILED … <issuer>/.well-known/openid-configuration … The answer has the status 302',
    fix: 'Redirects are not followed. Configure the URL that the redirect leads to, if the tokens name it in `iss`.',
    app: ({ redirecting }) => ({ options: { issuer: redirecting.issuer } }),
    headers: async ({ issuer, redirecting }) => bearer(await issuer.sign({ iss: redirecting.issuer })),
  },
  {
    name: 'The clock of the API is slow: tokens are not valid yet',
    status: '401',
    line: 'VERIFIER_ALL_REFUSED … ERR_TOKEN_NOT_YET_VALID … clockTolerance is 5 s … compare the clocks',
    fix: 'Synchronize the clock of the machine. `clockTolerance` is meant for seconds.',
    app: rightApp,
    headers: async ({ issuer }) => bearer(await issuer.sign({ nbf: secondsFromNow(3600), exp: secondsFromNow(7200) })),
  },
  {
    name: 'The clock of the API is fast: every token expired',
    status: '401',
    line: 'VERIFIER_ALL_REFUSED … ERR_TOKEN_EXPIRED … clockTolerance is 5 s … compare the clocks',
    fix: 'Synchronize the clock of the machine. Or the client never requests a new token.',
    app: rightApp,
    headers: async ({ issuer }) => bearer(await issuer.sign({ exp: secondsFromNow(-3600) })),
  },
  {
    name: 'No token has the scope that the route requires',
    status: '403',
    line: 'VERIFIER_ALL_REFUSED … ERR_SCOPE_INSUFFICIENT … the route requires "orders:read" … scopeClaims',
    fix: 'Let the client request the scope, and the issuer grant it. If the scopes are in another claim, set `scopeClaims`.',
    app: () => ({ scope: 'orders:read' }),
    headers: async ({ issuer }) => bearer(await issuer.sign({ scope: secretClaim })),
  },
  {
    name: 'An option is misspelled',
    status: 'at start-up',
    line: 'issuerBaseURL is not an option: did you mean issuer?',
    fix: 'Write the option that the message suggests.',
    app: ({ issuer }) => ({ options: { issuer: undefined, issuerBaseURL: issuer.issuer } }),
  },
  {
    name: 'The guard is given to the framework without being called',
    status: '500',
    line: 'bearerAuth makes a middleware and is none: call it, as in bearerAuth({ issuer, audience })',
    fix: 'Write `app.use(bearerAuth({ issuer, audience }))`.',
    frameworks: ['express', 'hono'],
    app: () => ({ isMiscalled: true }),
  },
  {
    name: 'The plugin of Fastify is called instead of registered',
    status: 'at start-up',
    line: 'bearerAuth is a plugin: register it, as in app.register(bearerAuth, { issuer, audience })',
    fix: 'Write `app.register(bearerAuth, { issuer, audience })`.',
    frameworks: ['fastify'],
    app: () => ({ isMiscalled: true }),
  },
  {
    name: 'The module of NestJS is imported without options',
    status: 'at start-up',
    line: 'BearerAuthModule has no options: import BearerAuthModule.forRoot({ issuer, audience }) instead',
    fix: 'Write `imports: [BearerAuthModule.forRoot({ issuer, audience })]`.',
    frameworks: ['nest'],
    app: () => ({ isMiscalled: true }),
  },
];

function bearer(token: string): HeaderList {
  return [['Authorization', `Bearer ${token}`]];
}

function withoutSignature(token: string): string {
  const [header = '', claims = '', signature = ''] = token.split('.');
  return `${header}.${claims}.${Buffer.alloc(Buffer.from(signature, 'base64url').length, 1).toString('base64url')}`;
}

function encrypted(): string {
  const header = Buffer.from(JSON.stringify({ alg: 'RSA-OAEP', enc: 'A256GCM', kid: secretClaim }));
  const parts = [header, ...[256, 12, 64, 16].map((size) => randomBytes(size))];
  return parts.map((part) => part.toString('base64url')).join('.');
}

function secondsFromNow(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}
