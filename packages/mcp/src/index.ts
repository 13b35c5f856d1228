export { type AuthInfo, getAuth, toAuthInfo } from './auth-info.ts';
export type { FetchListener, HonoContext, McpFetchHandler, Next } from './fetch-host.ts';
export { type McpAuth, type McpAuthOptions, type McpReply, mcpAuth } from './mcp-auth.ts';
export type { McpRequest, McpResponse } from './node-host.ts';
export { requireScopes, type ScopeChallenger, type ScopedRequest } from './require-scopes.ts';
