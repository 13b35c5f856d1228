import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultAlgorithms } from '../../src/crypto/algorithms.ts';
import { cognito, createGuard, createVerifier, entra, okta } from '../../src/index.ts';
import { lifeOf } from '../../src/keys/refresh-policy.ts';
import { required } from '../../src/options/option-record.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { defaultConcurrency } from '../../src/verification/verify-all-options.ts';
import { audience, issuer } from '../support/sign-token.ts';
import {
  allOptions,
  cellOf,
  type DocumentedMember,
  inWords,
  literalOf,
  type NamedOption,
  readMembers,
  readRows,
  readText,
  repository,
} from './documented-options.ts';

const groups: Readonly<Record<string, string>> = {
  KeyCacheOptions: 'keyCache.',
  TokenCacheOptions: 'tokenCache.',
  HttpOptions: 'http.',
  DpopOptions: 'dpop.',
  MtlsOptions: 'mtls.',
  ResourceOptions: 'resource.',
};

// Types that combine members of the others.
const combined = /^(?:SingleIssuer|ManyIssuers|ResourceIssuer|SingleIssuerResource|ManyIssuersResource)Options$/;

const members = new Map(
  readMembers(readText('packages/core/src/options/options.ts'))
    .filter(({ type }) => !combined.test(type))
    .map((member) => [`${groups[member.type] ?? ''}${member.name}`, member]),
);

// Options whose value is resolved issuer by issuer are described at their type, and have no default.
const documented = allOptions.filter(({ option }) => option !== 'issuers');

function memberFor(option: string): DocumentedMember {
  const member = members.get(option);
  if (member === undefined) throw new Error(`${option} has no docstring that this test can read`);
  return member;
}

function optionFor(name: string): NamedOption | undefined {
  return allOptions.find(({ option }) => option === name);
}

// A default that the table does not have as a value: neither a literal nor a number.
const inProse = /^(?!['[]|true\b|false\b)\D+$/;

const settings = { ttl: undefined, refreshAhead: 0.8, staleFor: 0 };
const [shortest, longest, life] = ['max-age=0', 'max-age=999999999', null].map((header) =>
  inWords(lifeOf(header, null, settings)),
);

describe('the default of algorithms', () => {
  it('is a list of its own, which a new row of the table of algorithms does not extend', () => {
    const ten = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'Ed25519'];
    expect(defaultAlgorithms).toEqual(ten);
    expect(optionFor('algorithms')?.record.default).toBe(defaultAlgorithms);
  });
});

it('[OPTIONS-DOCUMENTED] the docstring of concurrency of verifyAll() states its default', () => {
  const source = readFileSync(new URL('../../src/verification/verify-all-options.ts', import.meta.url), 'utf8');
  const [, documented] = /@default (\S+)\s+\*\/\s+readonly concurrency/.exec(source) ?? [];
  expect(documented).toBe(String(defaultConcurrency));
});

describe('[OPTIONS-DOCUMENTED] the docstring of a setting of guards', () => {
  const literal = /^(?:true|false|'\w+'|[A-Z]\w+)$/;
  const packages = ['express', 'fastify', 'hono', 'nest'];
  const settings = packages.flatMap((name) => {
    const sources = globSync(`packages/${name}/src/*.ts`, { cwd: repository }).map(readText);
    const members = sources.flatMap(readMembers).filter(({ byDefault }) => literal.test(byDefault ?? ''));
    return members.map((member) => ({ package: name, code: sources.join('\n'), ...member }));
  });

  it('states the default of onError', async () => {
    const guard = createGuard({ issuer, audience });
    await guard.close();
    const [member] = readMembers(readText('packages/core/src/guard/guard.ts')).filter(({ name }) => name === 'onError');
    expect(member?.byDefault).toBe(literalOf(guard.onError));
  });

  it('is found in adapters', () => {
    expect(settings.map((setting) => `${setting.package} ${setting.name}`)).toEqual(
      expect.arrayContaining(['fastify global', 'fastify warmUp', 'nest global', 'nest guard', 'nest warmUp']),
    );
  });

  it.each(settings)('states the default of $name in $package, as every place that reads it', ({ code, ...member }) => {
    const read = [...code.matchAll(new RegExp(`[{,] ${member.name} = (\\S+?)[ ,]`, 'g'))].map(([, value]) => value);
    expect(read.length).toBeGreaterThan(0);
    expect(new Set(read)).toEqual(new Set([member.byDefault]));
  });
});

describe('[OPTIONS-DOCUMENTED] the docstring of an option', () => {
  it('is found for every option, and for no other', () => {
    const names = documented.map(({ option }) => option);
    expect(
      [...members.keys()]
        .filter((name) => !['keyCache', 'tokenCache', 'http', 'resource', 'dpop', 'mtls'].includes(name))
        .toSorted(),
    ).toEqual(names.toSorted());
  });

  it.each(documented)('$option states its default', ({ option, record }) => {
    const { byDefault } = memberFor(option);
    if (record.default === required) return expect(byDefault).toBeUndefined();
    const literal = record.default === systemClock ? 'the clocks of the runtime' : literalOf(record.default);
    if (literal !== undefined) return expect(byDefault).toBe(literal);
    if (option === 'keyCache.ttl') {
      return expect(byDefault).toBe(
        `the issuer's \`max-age\`, but at least ${shortest} and at most ${longest}; ${life} without one`,
      );
    }
    return expect(byDefault).toMatch(inProse);
  });

  it.each(documented.filter(({ record }) => record.bounds !== undefined))(
    '$option states its bounds and its unit',
    ({ option, record: { bounds } }) => {
      const { min = 0, max = 0, unit } = bounds ?? {};
      const start = unit === undefined ? 'From' : `In ${unit}, from`;
      expect(`${memberFor(option).text} `).toContain(`${start} ${inWords(min)} to ${inWords(max)}`);
    },
  );
});

it('[OPTIONS-DOCUMENTED] no docstring calls an option deprecated, which lint rules of applications would report', () => {
  const sources = ['options/options.ts', 'guard/guard.ts', 'providers/dex.ts', 'providers/authentik.ts'].map((file) =>
    readText(`packages/core/src/${file}`),
  );
  expect(sources.join('\n')).toContain('readonly dangerouslyAllowInsecure');
  expect(sources.filter((source) => source.includes('@deprecated'))).toEqual([]);
});

describe('the docstring of a provider states the default of', () => {
  function statedBy(provider: string, type: string, name: string): string {
    const found = readMembers(readText(`packages/core/src/providers/${provider}.ts`)).find(
      (member) => member.type === type && member.name === name,
    );
    return found?.byDefault ?? '';
  }

  it('audience: cognito()', () => {
    const { audience: byDefault } = cognito({ userPoolId: 'eu-central-1_AbCdEfGhI', clientIds: ['client'] });
    expect(statedBy('cognito', 'CognitoOptions', 'audience')).toBe(String(byDefault));
  });

  it('audience: entra()', () => {
    const id = '6e74172b-be56-4843-9ff4-e66a39bb12e3';
    const { issuers } = entra({ tenantId: id, clientId: id });
    for (const { audience: byDefault } of Array.isArray(issuers) ? issuers : []) {
      expect(byDefault).toEqual([id, `api://${id}`]);
    }
    expect(statedBy('entra', 'EntraOptions', 'audience')).toContain('`api://`');
  });

  it('issuer and audience: okta()', () => {
    const variables = { OKTA_OAUTH2_ISSUER: 'https://example.okta.com/oauth2/default' };
    const { audience: byDefault } = okta({}, variables);
    expect(statedBy('okta', 'OktaOptions', 'issuer')).toContain('OKTA_OAUTH2_ISSUER');
    expect(statedBy('okta', 'OktaOptions', 'audience')).toContain('OKTA_OAUTH2_AUDIENCE');
    expect(statedBy('okta', 'OktaOptions', 'audience')).toContain(`\`${byDefault}\``);
  });
});

describe.each(['core', 'express', 'fastify', 'hono', 'nest'])('the README of @verifier/%s', (name) => {
  const page = readText(`packages/${name}/README.md`);
  const rows = readRows(page).slice(1);
  const ofOptions = rows.flatMap(([names = '', byDefault = '']) =>
    [...names.matchAll(/`([\w.]+)`/g)].map(([, option = '']) => ({ option, byDefault })),
  );
  const known = ofOptions.filter(({ option }) => optionFor(option) !== undefined);

  it('lists options', () => {
    expect(known.length).toBeGreaterThan(2);
  });

  it.each(known)('states the default of $option', ({ option, byDefault }) => {
    const { record } = optionFor(option) as NamedOption;
    if (record.default === required) {
      return expect(byDefault).toMatch(name === 'core' ? /^required$/ : /OKTA_OAUTH2_|the environment/);
    }
    const cell = cellOf(record);
    if (cell !== undefined) return expect(byDefault).toBe(cell);
    if (option === 'keyCache.ttl') {
      return expect(byDefault).toBe(`\`max-age\`, ${shortest} to ${longest} s; ${life} s without one`);
    }
    return expect(byDefault).toMatch(inProse);
  });

  it.each(ofOptions.filter(({ option }) => optionFor(option) === undefined))(
    'states the default of $option, an option of its own',
    ({ option, byDefault }) => {
      const files = {
        core: [],
        express: [],
        fastify: ['fastify/src/plugin-options.ts'],
        hono: [],
        nest: ['nest/src/module-options.ts'],
      }[name];
      const sources = ['core/src/guard/guard.ts', ...(files ?? [])].map((file) => readText(`packages/${file}`));
      const member = sources.flatMap(readMembers).find((found) => found.name === option);
      expect(member).toBeDefined();
      const stated = member?.byDefault?.replaceAll('`', '');
      if (/^(?:true|false|'\w+'|\w+)$/.test(stated ?? '')) expect(byDefault.replaceAll('`', '')).toBe(stated);
      else expect(byDefault).toBe('–');
    },
  );
});

describe('the README of @verifier/core', () => {
  it('lists every option', () => {
    const names = new Set(readRows(readText('packages/core/README.md')).map(([cell = '']) => cell));
    const listed = [...names].join(' ');
    for (const { option } of allOptions) expect(listed).toContain(`\`${option}\``);
  });
});

describe('docs/operations.md', () => {
  const rows = readRows(readText('docs/operations.md'));
  const numeric = allOptions.filter(({ option, record }) => option.includes('.') && record.bounds !== undefined);

  it.each(numeric.filter(({ option }) => !option.startsWith('tokenCache.')))(
    'states the default and the bounds of $option',
    ({ option, record: { bounds, default: value } }) => {
      const [, byDefault = '', cell = ''] = rows.find(([, , last]) => last?.includes(`\`${option}\``)) ?? [];
      expect(cell).toContain(`\`${option}\`, ${inWords(bounds?.min ?? 0)} to ${inWords(bounds?.max ?? 0)}`);
      if (option === 'keyCache.ttl') {
        for (const part of [`${shortest}`, `${longest}`, `${life}`]) expect(byDefault).toContain(part);
      } else if (option === 'keyCache.refreshAhead') expect(byDefault).toContain(`${Number(value) * 100} %`);
      else expect(byDefault).toMatch(new RegExp(`^${inWords(value as number)}(?!\\d|[,.]\\d)`));
    },
  );
});

describe.each(['docs/operations.md', 'docs/security.md', 'docs/errors.md', 'docs/architecture.md', 'README.md'])(
  '%s',
  (path) => {
    it('states no other value of an option in a sentence', () => {
      for (const [, option = '', value = ''] of readText(path).matchAll(/`([\w.]+)` is ([\d,.]+) (?:s|bytes)\b/g)) {
        expect({ option, value }).toEqual({ option, value: inWords(optionFor(option)?.record.default as number) });
      }
    });
  },
);

describe('the bounds of an option', () => {
  it.each(allOptions.filter(({ record }) => record.bounds !== undefined))(
    'contain its default: $option',
    ({ record: { bounds, default: value } }) => {
      if (value === undefined) return;
      expect(value).toBeGreaterThanOrEqual(bounds?.min ?? Number.NaN);
      expect(value).toBeLessThanOrEqual(bounds?.max ?? Number.NaN);
    },
  );

  it.each(allOptions.filter(({ record }) => record.bounds !== undefined))(
    'are accepted: $option',
    async ({ option, record: { bounds } }) => {
      const [group = '', name] = option.split('.');
      for (const value of [bounds?.min, bounds?.max]) {
        const others = group === 'dpop' ? { publicUrl: 'https://api.example' } : {};
        const options = name === undefined ? { [group]: value } : { [group]: { ...others, [name]: value } };
        await createVerifier({ issuer, audience, ...options }).close();
      }
    },
  );
});
