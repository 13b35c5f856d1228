import type { McpAuth } from '@verifier/mcp';
import { type Host, startHost } from './hosts.ts';

/** Serves an MCP server on loopback for one test. The resource of its guard need not be its address. */
export async function withHost<TResult>(
  { auth, listenerFor }: { auth: McpAuth; listenerFor: Host },
  use: (origin: string) => Promise<TResult>,
): Promise<TResult> {
  const host = await startHost();
  host.serve(await listenerFor(auth));
  try {
    return await use(host.origin);
  } finally {
    await host.close();
    await auth.verifier.close();
  }
}

/** The first request of every client. */
const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'client', version: '1.0.0' } },
};

/** Sends a message of a client. */
export function post(url: string, token?: string, message: object = initialize): Promise<Response> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(message) });
}

/** A call of a tool. */
export function callOf(name: string): object {
  return { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name, arguments: {} } };
}
