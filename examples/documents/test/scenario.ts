import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { onTestFinished } from 'vitest';
import { type CodeBlock, codeBlockWith } from '../src/code-blocks.ts';
import { type RunningServer, runServer } from './run-server.ts';

/** A server from a document, and the authorization server whose tokens it accepts. */
export interface Scenario extends RunningServer {
  readonly issuer: AuthorizationServer;
  /** Sends a request, by default without a token. */
  get(path: string, token?: string): Promise<Response>;
  /** Returns a token with this subject. */
  tokenOf(subject: string): Promise<string>;
}

/** Starts the only block of a document that contains `text`, until the test ends; on Node.js unless `runtime` is given. */
export async function startScenario(document: string, text: string, runtime?: readonly string[]): Promise<Scenario> {
  return startBlock(codeBlockWith(document, text), runtime);
}

async function startBlock(block: CodeBlock, runtime?: readonly string[]): Promise<Scenario> {
  const issuer = await startAuthorizationServer();
  onTestFinished(() => issuer.close());
  const server = await runServer(
    block,
    {
      ISSUER: issuer.issuer,
      AUDIENCE: issuer.audience,
      RESOURCE: 'https://mcp.example.com/mcp',
      JWKS_URI: issuer.endpoints.keys.replace('127.0.0.1', 'localhost'),
    },
    runtime,
  );
  onTestFinished(() => server.close());
  return {
    ...server,
    issuer,
    get: (path, token) =>
      fetch(`${server.origin}${path}`, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } }),
    tokenOf: (sub) => issuer.sign({ sub }),
  };
}
