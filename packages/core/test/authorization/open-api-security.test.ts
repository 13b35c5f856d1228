import { describe, expect, it } from 'vitest';
import { accessRequirement, openApiSecurity, type Requirements } from '../../src/index.ts';
import { configurationErrorIn } from '../support/expected-errors.ts';

describe('openApiSecurity()', () => {
  it.each<[Requirements, object[]]>([
    [{}, [{ oidc: [] }]],
    [{ role: 'clerk', claims: () => true }, [{ oidc: [] }]],
    [{ scope: 'read write' }, [{ oidc: ['read', 'write'] }]],
    [{ anyScope: ['read', 'write'] }, [{ oidc: ['read'] }, { oidc: ['write'] }]],
    [{ scope: 'read', anyScope: ['read', 'write'] }, [{ oidc: ['read'] }, { oidc: ['read', 'write'] }]],
    [{ scope: 'read', optional: true }, [{ oidc: ['read'] }, {}]],
  ])('lists the alternatives of %j', (requirements, expected) => {
    expect(openApiSecurity(requirements, 'oidc')).toEqual(expected);
    if (Object.keys(requirements).length === 0) return;
    expect(openApiSecurity(accessRequirement(requirements), 'oidc')).toEqual(expected);
  });

  it('validates the requirements', () => {
    expect(configurationErrorIn(() => openApiSecurity(Object({ scopes: 'read' }), 'oidc')).message).toMatch(
      /scopes.*scope\?/,
    );
  });
});
