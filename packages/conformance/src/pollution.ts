/**
 * One option name and a value that would change an answer or a fetch if a package read it from `Object.prototype`, as
 * a "prototype pollution" in another package can add it.
 */
export type Pollution = readonly [name: string, value: unknown];

const nothing = (): undefined => undefined;
const refuse = (): string => 'refused';
const grantAll = { authenticate: () => ({ ok: true, auth: null, headers: {} }) };
const noFetch = (): Promise<never> => Promise.reject(new Error('A polluted function was called'));

const verifierOptions: readonly Pollution[] = [
  ['issuer', 'https://attacker.example'],
  ['audience', null],
  ['jwksUri', 'https://attacker.example/keys'],
  ['metadataUri', 'https://attacker.example/metadata'],
  ['issuers', nothing],
  ['clientIds', ['another-client']],
  ['algorithms', ['ES256']],
  ['tokenType', 'at+jwt'],
  ['acrLevels', ['mfa', 'phr']],
  ['clockTolerance', 300],
  ['maxTokenAge', 1],
  ['maxLifetime', 1],
  ['requiredClaims', ['absent']],
  ['accessTokenClaims', { absent: true }],
  ['dangerouslyAcceptIdTokens', true],
  ['scopeClaims', ['sub']],
  ['scopeImplies', { openid: ['read:messages'] }],
  ['roleClaims', ['sub']],
  ['permissionClaims', ['sub']],
  ['groupClaims', ['sub']],
  ['maxTokenSize', 256],
  ['validate', refuse],
  ['getToken', nothing],
  ['realm', 'polluted'],
  ['optional', true],
  ['onEvent', noFetch],
  ['log', noFetch],
  ['clock', { now: () => 0, monotonic: () => 0 }],
  ['keyCache', { staleFor: 'polluted' }],
  ['tokenCache', { maxEntries: 'polluted' }],
  ['http', { fetch: noFetch }],
  ['ttl', 'polluted'],
  ['refreshAhead', 'polluted'],
  ['staleFor', 'polluted'],
  ['maxIssuers', 'polluted'],
  ['maxEntries', 'polluted'],
  ['connections', 0],
  ['maxResponseSize', 1],
  ['fetch', noFetch],
  ['dangerouslyAllowInsecure', ['polluted']],
];

const requirements: readonly Pollution[] = [
  ['scope', 'admin'],
  ['anyScope', ['admin']],
  ['role', 'admin'],
  ['anyRole', ['admin']],
  ['permission', 'admin'],
  ['anyPermission', ['admin']],
  ['group', 'admin'],
  ['anyGroup', ['admin']],
  ['authentication', { acr: 'never' }],
  ['acr', 'never'],
  ['maxAge', 0],
  ['claims', () => false],
];

const adapterOptions: readonly Pollution[] = [
  ['verifier', grantAll],
  ['onError', 'framework'],
  ['auth', false],
  ['global', false],
  ['decoratorName', 'polluted'],
  ['warmUp', 'polluted'],
  ['securityScheme', 'polluted'],
  ['property', 'subject'],
  ['guard', class {}],
];

/** Every name that a package reads from options, except `dispatcher`: undici refuses every request with it. */
export const pollutions: readonly Pollution[] = [...verifierOptions, ...requirements, ...adapterOptions];

/** Adds a property to `Object.prototype` while `work` runs. */
export async function withPollution<TResult>(
  [name, value]: Pollution,
  work: () => Promise<TResult>,
  enumerable = true,
): Promise<TResult> {
  Object.defineProperty(Object.prototype, name, { value, enumerable, writable: true, configurable: true });
  try {
    return await work();
  } finally {
    Reflect.deleteProperty(Object.prototype, name);
  }
}
