import { type AcceptedAlgorithms, acceptAlgorithms, defaultAlgorithms } from '../crypto/algorithms.ts';
import { type NameReader, nameReader } from '../token/claim-names.ts';
import type { ClaimsPolicy } from '../token/claims.ts';
import { readWithImplied } from '../token/scope-hierarchy.ts';
import { policyOptions, type ResolvedPolicyOptions, type ResolvedSource, sourceOptions } from './issuer-options.ts';
import { OptionReader } from './option-reader.ts';
import { type ReadContext, readOptions } from './option-record.ts';

type ClaimOptions = 'scopeClaims' | 'scopeImplies' | 'roleClaims' | 'permissionClaims' | 'groupClaims';

/** The policy of one issuer, with defaults applied. */
export interface ResolvedPolicy extends ClaimsPolicy, Omit<ResolvedPolicyOptions, ClaimOptions | 'algorithms'> {
  readonly algorithms: AcceptedAlgorithms;
  readonly readScopes: NameReader;
  readonly readRoles: NameReader;
  readonly readPermissions: NameReader;
  readonly readGroups: NameReader;
}

/** One issuer, with defaults applied. */
export interface ResolvedIssuer extends Omit<ResolvedSource, 'audience'> {
  readonly policy: ResolvedPolicy;
}

/** The names of the options that identify an issuer. */
export const sourceNames: readonly string[] = Object.freeze(Object.keys(sourceOptions));

/** The names of the policy options. */
export const policyNames: readonly string[] = Object.freeze(Object.keys(policyOptions));

/**
 * Checks the options of one issuer and applies the defaults.
 *
 * @param path - Prefix of an option's name in an error.
 * @throws ConfigurationError for the first option that cannot be used, with what to write instead.
 */
export function resolveIssuer(options: unknown, context: ReadContext, path: string): ResolvedIssuer {
  const reader = new OptionReader(options, path, [...sourceNames, ...policyNames]);
  const { audience, ...source } = readOptions<ResolvedSource>(sourceOptions, reader, context);
  const policy = resolvePolicy(readOptions<ResolvedPolicyOptions>(policyOptions, reader), audience);
  return Object.freeze({ ...source, policy });
}

function resolvePolicy(
  {
    algorithms,
    scopeClaims,
    scopeImplies,
    roleClaims,
    permissionClaims,
    groupClaims,
    ...others
  }: ResolvedPolicyOptions,
  audience: readonly string[] | null,
): ResolvedPolicy {
  const readScopes = nameReader(scopeClaims);
  return Object.freeze({
    ...others,
    audience,
    algorithms: acceptAlgorithms(algorithms === defaultAlgorithms ? undefined : algorithms),
    readScopes: scopeImplies === undefined ? readScopes : readWithImplied(readScopes, scopeImplies),
    readRoles: nameReader(roleClaims),
    readPermissions: nameReader(permissionClaims),
    readGroups: nameReader(groupClaims),
  });
}
