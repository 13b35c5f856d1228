import { accessRequirement, hasScope } from '@verifier/core';
import { getAuth } from './auth-info.ts';

/** A request for a tool, a prompt or a resource, as the SDK passes it. */
export type ScopedRequest = { readonly method: string; readonly params?: object | undefined };

/** A `scopeChallenge` of the MCP SDK, version 2. Returns the scopes that the SDK names in its 403; undefined to go on. */
export type ScopeChallenger = (context: { request: ScopedRequest; authInfo?: Scoped }) => Challenge | undefined;

type Challenge = { scopes: readonly [string, ...string[]]; errorDescription: string };
type Scoped = { scopes: readonly string[] };
type Scopes = string | readonly string[];

/**
 * Requires scopes for one tool, prompt or resource, as its `scopeChallenge`. A scope that another one implies by
 * `scopeImplies` counts. The SDK answers 403 with all of them, so that clients obtain one token for all.
 *
 * @param scopes - One or more scopes; or a function that returns them for one request, such as by its arguments.
 * @throws ConfigurationError immediately if there is no scope, or one that no token can carry.
 *
 * @example
 * ```ts
 * import { McpServer } from '@modelcontextprotocol/server';
 * import { requireScopes } from '@verifier/mcp';
 *
 * const server = new McpServer({ name: 'notes', version: '1.0.0' });
 * server.registerTool('add-note', { scopeChallenge: requireScopes('notes:write') }, () => ({ content: [] }));
 * ```
 */
export function requireScopes(...scopes: readonly string[] | [(request: ScopedRequest) => Scopes]): ScopeChallenger {
  const [select] = scopes;
  if (typeof select === 'function') return ({ request, authInfo }) => challenge(parse(select(request)), authInfo);
  const names = parse(scopes as readonly string[]);
  return ({ authInfo }) => challenge(names, authInfo);
}

function parse(scope: Scopes): readonly string[] {
  return [accessRequirement({ scope }, 'requireScopes').scope ?? []].flat();
}

// A request without a caller passed no guard, and is denied as well.
function challenge(names: readonly string[], info?: Scoped): Challenge | undefined {
  const auth = getAuth(info) ?? info;
  if (auth !== undefined && names.every((name) => hasScope(auth, name))) return undefined;
  // Not empty: requirements without a scope are an error.
  return { scopes: names as Challenge['scopes'], errorDescription: 'The access token lacks a required scope' };
}
