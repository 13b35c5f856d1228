import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { type AuthorizationServer, LoginClient, startAuthorizationServer } from '@verifier/test-issuer';
import { ExchangeLog } from '../mcp/exchange-log.ts';
import { startNotesServer } from '../mcp/notes-server.ts';
import type { Report } from '../report/report.ts';
import type { ScenarioContext } from './scenario-context.ts';

/** A client of an MCP server finds the authorization server, logs in, and steps up. */
export async function mcpClient({ report }: ScenarioContext): Promise<void> {
  const redirectUri = 'http://127.0.0.1/callback';
  const issuer = await startAuthorizationServer({ redirectUri, scopes: ['notes:read', 'notes:write'] });
  const server = await startNotesServer(issuer.issuer);
  report.beginStory(
    'A client of an MCP server finds its way',
    `The client is that of the MCP SDK, and knows nothing but ${server.url}. The MCP server is guarded by mcpAuth(). ` +
      'Below are all requests of the client: to the MCP server, and to the authorization server that it finds.',
  );
  try {
    await runSteps(report, server.url, issuer);
  } finally {
    await server.close();
    await issuer.close();
  }
}

async function runSteps(report: Report, url: string, issuer: AuthorizationServer): Promise<void> {
  const log = new ExchangeLog();
  const login = new LoginClient(issuer);
  const open = (): StreamableHTTPClientTransport =>
    new StreamableHTTPClientTransport(new URL(url), { authProvider: Object(login), fetch: log.fetch });
  const step = async (title: string, expected: string, run: () => Promise<unknown>): Promise<void> => {
    const outcome = await outcomeOf(run);
    report.addStep({ title, expected, outcome, exchanges: log.take() });
  };
  const first = open();
  const transport = open();
  const client = createClient();
  const call = async (name: string): Promise<unknown> => Object(await client.callTool({ name })).content[0].text;
  await step('It connects without a token, and sends its user to the login', 'unauthorized', () =>
    createClient().connect(first),
  );
  await step('It exchanges the code of the login for a token', 'notes:read', async () => {
    await first.finishAuth(login.response);
    return login.logins.at(-1);
  });
  await step('It connects, and calls the tool list-notes', 'buy milk', async () => {
    await client.connect(transport);
    return call('list-notes');
  });
  await step('It calls add-note, whose scope is missing, and sends its user to the login again', 'unauthorized', () =>
    call('add-note'),
  );
  await step('It exchanges the code of the new login', 'notes:read notes:write', async () => {
    await transport.finishAuth(login.response);
    return login.logins.at(-1);
  });
  await step('It calls add-note with the new token', 'added', () => call('add-note'));
  await client.close();
}

function createClient(): Client {
  return new Client({ name: 'assistant', version: '1.0.0' });
}

async function outcomeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    return String(await run());
  } catch (error) {
    if (error instanceof UnauthorizedError) return 'unauthorized';
    throw error;
  }
}
