import type { IncomingMessage, ServerResponse } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, type McpHttpHandler, McpServer } from '@modelcontextprotocol/server';
import { requireScopes } from '@verifier/mcp';

/** An MCP server whose two tools require different scopes. `whoami` answers with what the server knows of its caller. */
export function notesHandler(): McpHttpHandler {
  return createMcpHandler(() => {
    const server = new McpServer({ name: 'notes', version: '1.0.0' });
    server.registerTool('list-notes', { scopeChallenge: requireScopes('notes:read') }, ({ http }) => ({
      content: [{ type: 'text', text: `notes of ${http?.authInfo?.extra?.['subject']}` }],
    }));
    server.registerTool('add-note', { scopeChallenge: requireScopes('notes:write') }, () => ({
      content: [{ type: 'text', text: 'added' }],
    }));
    return server;
  });
}

/** The same for a server of Node.js. The types of the SDK do not accept a request of `exactOptionalPropertyTypes`. */
export function nodeHandler(): (req: IncomingMessage, res: ServerResponse, body?: unknown) => Promise<void> {
  const handle = toNodeHandler(notesHandler());
  return (req, res, body) => handle(Object(req), res, body);
}
