import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { type McpAuthOptions, mcpAuth } from '@verifier/mcp';
import express, { type Express } from 'express';
import { createNotesServer } from './notes-server.ts';

/** Creates the application. Without a token for it, only the metadata are readable. */
export function createApp(options: McpAuthOptions): Express {
  const notes = ['buy milk'];
  const handle = toNodeHandler(createMcpHandler(() => createNotesServer(notes)));
  const app = express();
  app.use(mcpAuth(options).express);
  app.all('/mcp', (req, res) => void handle(Object(req), res));
  return app;
}
