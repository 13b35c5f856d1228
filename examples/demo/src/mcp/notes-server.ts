import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { mcpAuth, requireScopes } from '@verifier/mcp';

/** An MCP server that listens on loopback. */
export interface RunningMcpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts an MCP server with two tools of different scopes. */
export async function startNotesServer(issuer: string): Promise<RunningMcpServer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/mcp`;
  const auth = mcpAuth({ issuer, resource: { url, scopes: ['notes:read'] } });
  const handle = toNodeHandler(createMcpHandler(createNotes));
  server.on(
    'request',
    auth.node((req, res) => handle(Object(req), Object(res))),
  );
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await auth.verifier.close();
  };
  return { url, close };
}

function createNotes(): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  server.registerTool('list-notes', { scopeChallenge: requireScopes('notes:read') }, () => ({
    content: [{ type: 'text', text: 'buy milk' }],
  }));
  server.registerTool('add-note', { scopeChallenge: requireScopes('notes:read', 'notes:write') }, () => ({
    content: [{ type: 'text', text: 'added' }],
  }));
  return server;
}
