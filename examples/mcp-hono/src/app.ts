import { createMcpHandler } from '@modelcontextprotocol/server';
import { type AuthInfo, type McpAuthOptions, mcpAuth } from '@verifier/mcp';
import { Hono } from 'hono';
import { createNotesServer } from './notes-server.ts';

type App = Hono<{ Variables: { auth: AuthInfo } }>;

/** Creates the application. Without a token for it, only the metadata are readable. */
export function createApp(options: McpAuthOptions): App {
  const notes = ['buy milk'];
  const handler = createMcpHandler(() => createNotesServer(notes));
  const app: App = new Hono();
  app.use(mcpAuth(options).hono);
  app.all('/mcp', (c) => handler.fetch(c.req.raw, { authInfo: c.get('auth') }));
  return app;
}
