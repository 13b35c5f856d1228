import { describe, expect, it } from 'vitest';
import { configurationErrorOf } from '../support/expected-errors.ts';
import { audience, issuer } from '../support/sign-token.ts';

type Members = Readonly<Record<string, unknown>>;

function fault(options: Members): string {
  return configurationErrorOf({ issuer, audience, ...options }).message;
}

/** Returns options with one member, by a path such as `http.timeout`. */
function withOption(path: string, value: unknown): Members {
  const [group = '', name] = path.split('.');
  return name === undefined ? { [group]: value } : { [group]: { [name]: value } };
}

function shown(value: unknown): { readonly value: unknown; readonly shown: string } {
  return { value, shown: JSON.stringify(value) };
}

const noNumbers = [Number.NaN, Number.POSITIVE_INFINITY, -1, '5', '1 month', '5s', null, true, [], {}, 5n];

describe.each([
  ['clockTolerance', 'seconds', 0, 300],
  ['maxTokenAge', 'seconds', 1, 2_592_000],
  ['maxLifetime', 'seconds', 1, 2_592_000],
  ['maxTokenSize', 'characters', 256, 1_048_576],
  ['keyCache.ttl', 'seconds', 10, 86_400],
  ['keyCache.staleFor', 'seconds', 0, 604_800],
  ['keyCache.refreshAhead', '', 0.1, 0.9],
  ['keyCache.maxIssuers', '', 1, 100_000],
  ['tokenCache.maxEntries', '', 1, 1_000_000],
  ['http.timeout', 'seconds', 0.1, 60],
  ['http.connections', '', 1, 256],
  ['http.maxResponseSize', 'bytes', 1024, 16_777_216],
])('the option %s', (path, unit, min, max) => {
  it.each(noNumbers.map((value) => ({ value })))('must be a number: not $value', ({ value }) => {
    const message = fault(withOption(path, value));
    expect(message.startsWith(`${path} must be a`)).toBe(true);
    expect(message).toContain('number');
    expect(message).toContain(unit);
    expect(message).toContain(`from ${min} to ${max}`);
  });

  it('[OPTIONS-AT-CREATION] must be within its bounds', () => {
    for (const value of [min - 0.01, max + 1])
      expect(fault(withOption(path, value))).toContain(`from ${min} to ${max}`);
  });
});

describe('[OPTIONS-SECONDS] milliseconds instead of seconds', () => {
  it.each([
    ['clockTolerance', 5000],
    ['http.timeout', 5000],
    ['http.timeout', 500],
    ['keyCache.ttl', 600_000],
    ['keyCache.staleFor', 86_400_000],
    ['maxTokenAge', 86_400_000],
    ['maxTokenAge', 3_600_000],
    ['maxLifetime', 3_600_000],
  ])('are recognised, and the error says so: %s', (path, value) => {
    expect(fault(withOption(path, value))).toMatch(/seconds.*this looks like milliseconds/);
  });
});

describe.each([
  'maxTokenSize',
  'keyCache.maxIssuers',
  'tokenCache.maxEntries',
  'http.connections',
  'http.maxResponseSize',
])('the option %s', (path) => {
  it('must be a whole number', () => {
    expect(fault(withOption(path, 2000.5))).toMatch(/must be a whole number/);
  });
});

describe.each(['clientIds', 'algorithms', 'acrLevels', 'requiredClaims', 'http.dangerouslyAllowInsecure'])(
  'the option %s',
  (path) => {
    it.each(['x', [], [''], [1], [null], {}, null, true, new Set(['x'])].map((value) => ({ value })))(
      'must be a list that is not empty: not $value',
      ({ value }) => {
        expect(fault(withOption(path, value))).toMatch(new RegExp(`^${path} must be an array`));
      },
    );
  },
);

describe.each(['scopeClaims', 'roleClaims', 'permissionClaims', 'groupClaims'])('the option %s', (name) => {
  it.each(['x', [''], [1], [null], [[]], [['a', '']], [[1]], {}, null, true].map((value) => ({ value })))(
    'must be a list of names and paths: not $value',
    ({ value }) => {
      expect(fault({ [name]: value })).toMatch(new RegExp(`^${name} must be an array`));
    },
  );
});

describe.each(['validate', 'getToken', 'onEvent', 'log', 'http.fetch'])('the option %s', (path) => {
  it.each(['x', {}, null, true, []].map((value) => ({ value })))('must be a function: not $value', ({ value }) => {
    expect(fault(withOption(path, value))).toBe(`${path} must be a function`);
  });
});

describe.each(['http', 'keyCache', 'tokenCache'])('the option %s', (name) => {
  it.each(['x', 1, true, [], null, () => ({})].map((value) => ({ value })))(
    'must be an object: not $value',
    ({ value }) => {
      expect(fault({ [name]: value })).toMatch(new RegExp(`^${name} must be an object`));
    },
  );
});

describe('the option', () => {
  it.each(['yes', 1, null, {}].map((value) => ({ value })))(
    'optional must be true or false: not $value',
    ({ value }) => {
      expect(fault({ optional: value })).toBe('optional must be true or false');
    },
  );

  it.each(['yes', 1, null, {}].map((value) => ({ value })))(
    'dangerouslyAcceptIdTokens must be true or false: not $value',
    ({ value }) => {
      expect(fault({ dangerouslyAcceptIdTokens: value })).toBe('dangerouslyAcceptIdTokens must be true or false');
    },
  );

  it.each(
    [
      ...['azp', ['azp'], [], {}, null, true, 1, { azp: false }, { azp: null }, { azp: undefined }, { azp: 1 }],
      ...[{ azp: '' }, { azp: [] }, { azp: [''] }, { azp: [1] }, { azp: {} }, { '': true }, { cid: true, azp: [true] }],
    ].map(shown),
  )('accessTokenClaims must be one or more claims with their values: not $shown', ({ value }) => {
    expect(fault({ accessTokenClaims: value })).toMatch(
      /^accessTokenClaims must be an object of one or more claims, such as \{ azp: true/,
    );
  });

  it.each(
    [
      ['low', 'low'],
      ['low', 'm fa'],
      ['low\n', 'mfa'],
      ['é', 'mfa'],
    ].map(shown),
  )('[OPTIONS-ACR-LEVELS] acrLevels names each value once, as a challenge can carry it: not $shown', ({ value }) => {
    expect(fault({ acrLevels: value })).toMatch(/^acrLevels must name each acr value once and without spaces, and "/);
  });

  it.each(['jwt', 'AT+JWT', '', null, 1, ['at+jwt']].map((value) => ({ value })))(
    'tokenType must be one of two: not $value',
    ({ value }) => {
      expect(fault({ tokenType: value })).toBe("tokenType must be one of 'at+jwt', 'compatible'");
    },
  );

  it.each(['é', 'a\r\nb', 'a\tb', '\u0000', '\u007f', '', 1, null].map(shown))(
    'realm must be printable ASCII: not $shown',
    ({ value }) => {
      expect(fault({ realm: value })).toMatch(/^realm must (?:be printable ASCII|not be empty|be a string)$/);
    },
  );

  it.each(
    [null, 1, {}, { now: () => 0 }, { monotonic: () => 0 }, { now: 1, monotonic: 2 }].map((value) => ({ value })),
  )('clock must have two functions: not $value', ({ value }) => {
    expect(fault({ clock: value })).toMatch(/^clock must have the functions now\(\) and monotonic\(\).*seconds/);
  });

  const seconds = () => 1_900_000_000;

  it.each([
    ['now', { now: () => Number.NaN, monotonic: seconds }],
    ['now', { now: () => Number.POSITIVE_INFINITY, monotonic: seconds }],
    ['now', { now: () => new Date(), monotonic: seconds }],
    ['now', { now: () => '1900000000', monotonic: seconds }],
    ['now', { now: () => undefined, monotonic: seconds }],
    ['monotonic', { now: seconds, monotonic: () => Number.NaN }],
    ['monotonic', { now: seconds, monotonic: () => Number.NEGATIVE_INFINITY }],
    ['monotonic', { now: seconds, monotonic: () => 5n }],
  ])('[CLOCK-FINITE] clock.%s must return a number: %#', (name, clock) => {
    expect(fault({ clock })).toBe(`clock.${name}() must return a finite number of seconds`);
  });

  it('[OPTIONS-SECONDS] clock.now must return seconds', () => {
    const clock = { now: () => Date.now(), monotonic: () => performance.now() };
    expect(fault({ clock })).toMatch(/^clock\.now\(\) must return seconds; this looks like milliseconds/);
  });

  it('[CLOCK-FINITE] clock must not throw', () => {
    const cause = new Error('no time');
    const failing = (): never => {
      throw cause;
    };
    const error = configurationErrorOf({ issuer, audience, clock: { now: failing, monotonic: seconds } });
    expect(error.message).toBe('clock.now() must not throw');
    expect(error.cause).toBe(cause);
  });

  it.each([null, {}, 'x', 1, { dispatch: true }].map((value) => ({ value })))(
    'http.dispatcher must be one of undici: not $value',
    ({ value }) => {
      expect(fault({ http: { dispatcher: value } })).toMatch(
        /^http\.dispatcher must be an undici dispatcher.*new Agent\(\)/,
      );
    },
  );

  it('http.dispatcher cannot be combined with http.fetch', () => {
    const http = { dispatcher: { dispatch: () => true }, fetch };
    expect(fault({ http })).toMatch(/^http\.dispatcher cannot be combined with http\.fetch/);
  });

  it.each(['x', null, 1, { 'a b': 'c' }, { a: 'b\r\nc' }, { a: '\u2028' }].map(shown))(
    'http.headers must be names and values: not $shown',
    ({ value }) => {
      expect(fault({ http: { headers: value } })).toMatch(
        /^http\.headers must be an object of header names and values/,
      );
    },
  );

  it.each([
    'keycloak:8080',
    'http://keycloak:8080//',
    'http://',
    'http://a/b',
    'https://a',
    'ftp://a',
    '*',
    'http://*',
    'http://A',
  ])('http.dangerouslyAllowInsecure must list http origins: not %s', (origin) => {
    const message = fault({ http: { dangerouslyAllowInsecure: [origin] } });
    expect(message).toMatch(/^http\.dangerouslyAllowInsecure must list http origins, such as http:\/\/keycloak:8080/);
  });
});

describe('[OPTIONS-ALGORITHMS] the option algorithms', () => {
  it.each(['none', 'None', 'NONE'])('cannot contain %s', (name) => {
    expect(fault({ algorithms: ['RS256', name] })).toMatch(/^algorithms cannot contain 'none'.*any client can forge/);
  });

  it.each(['HS256', 'HS384', 'HS512'])('cannot contain %s', (name) => {
    expect(fault({ algorithms: [name] })).toMatch(
      new RegExp(`^algorithms cannot contain '${name}'.*any client could sign`),
    );
  });

  it.each([
    ['rs256', 'RS256'],
    ['RS265', 'RS256'],
    ['ES256K', 'ES256'],
    ['ed25519', 'Ed25519'],
    ['PS-256', 'PS256'],
  ])('must name supported ones: not %s', (name, nearest) => {
    expect(fault({ algorithms: [name] })).toBe(
      `algorithms contains '${name}', which is not supported: did you mean ${nearest}?`,
    );
  });

  it.each(['toString', '__proto__', 'RSA-OAEP', 'A128GCM'])('cannot contain %s: not a signature algorithm', (name) => {
    expect(fault({ algorithms: [name] })).toContain(`algorithms contains '${name}', which is not supported`);
  });
});
