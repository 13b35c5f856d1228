import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { LoginClient } from '@verifier/test-issuer';

/** A client of the MCP SDK. */
export interface McpClient {
  connect(): Promise<unknown>;
  /** Exchanges the code of the last login for a token. */
  finishLogin(): Promise<void>;
  call(tool: string): Promise<unknown>;
  close(): Promise<void>;
}

type CreateClient = (url: string, login: LoginClient) => McpClient;

const identity = { name: 'client', version: '1.0.0' };

/** The unmodified clients of both versions. */
export const clients: Readonly<Record<string, CreateClient>> = {
  'SDK 2': (url, login) => {
    const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: Object(login) });
    const client = new Client(identity);
    return {
      connect: () => client.connect(transport),
      finishLogin: () => transport.finishAuth(login.response),
      call: async (name) => (await client.callTool({ name, arguments: {} })).content,
      close: () => client.close(),
    };
  },
  'SDK 1': (url, login) => {
    const transport = new Transport1(new URL(url), { authProvider: Object(login) });
    const client = new Client1(identity);
    return {
      connect: () => client.connect(transport as Parameters<Client1['connect']>[0]),
      finishLogin: () => transport.finishAuth(login.response.get('code') ?? ''),
      call: async (name) => (await client.callTool({ name, arguments: {} })).content,
      close: () => client.close(),
    };
  },
};
