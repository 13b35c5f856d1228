import { McpServer } from '@modelcontextprotocol/server';
import { requireScopes } from '@verifier/mcp';
import * as z from 'zod';

/** Creates the MCP server for one request. Its tools require different scopes. */
export function createNotesServer(notes: string[]): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  server.registerTool('list-notes', { scopeChallenge: requireScopes('notes:read') }, () => ({
    content: [{ type: 'text', text: notes.join(', ') }],
  }));
  server.registerTool(
    'add-note',
    { inputSchema: z.object({ note: z.string() }), scopeChallenge: requireScopes('notes:read', 'notes:write') },
    ({ note }, { http }) => {
      notes.push(note);
      return { content: [{ type: 'text', text: `added by ${http?.authInfo?.extra?.['subject']}` }] };
    },
  );
  return server;
}
