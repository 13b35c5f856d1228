import type { AuthorizationServer } from '@verifier/test-issuer';
import type { Environment } from './environment.ts';
import type { RunningApi } from './running-api.ts';

/** Returns shell commands that obtain tokens and call the APIs. Shell variables contain the tokens. */
export function curlCommands({ issuer, apis }: Pick<Environment, 'issuer' | 'apis'>): string[] {
  return [
    `The authorization server: ${issuer.issuer}`,
    '  obtain a token with the scope orders:read, and one with orders:write',
    `    READER=$(${tokenCommand(issuer, 'reader', 'orders:read')})`,
    `    WRITER=$(${tokenCommand(issuer, 'writer', 'orders:write')})`,
    ...apis.flatMap((api) => apiCommands(api)),
    '',
    'Press Ctrl-C to stop.',
  ];
}

function tokenCommand({ clients, endpoints }: AuthorizationServer, id: string, scope: string): string {
  const client = clients.find(({ client_id }) => client_id === id);
  const credentials = `${client?.client_id}:${client?.client_secret}`;
  const form = `-d grant_type=client_credentials -d scope=${scope}`;
  return `curl -s -u ${credentials} ${form} ${endpoints.token} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'`;
}

function apiCommands({ name, origin }: RunningApi): string[] {
  const bearer = (variable: string): string => `-H "Authorization: Bearer $${variable}"`;
  return [
    '',
    `The API with ${name}:`,
    ...command('a public route: 200', `${origin}/health`),
    ...command('without a token: 401', `${origin}/profile`),
    ...command('with a token: 200', `${bearer('READER')} ${origin}/profile`),
    ...command('with the required scope: 200', `${bearer('READER')} ${origin}/orders`),
    ...command('without the required scope: 403', `-X POST ${bearer('READER')} ${origin}/orders`),
    ...command('with the required scope: 201', `-X POST ${bearer('WRITER')} ${origin}/orders`),
  ];
}

// The answers do not end in a line break; curl adds one.
function command(title: string, args: string): string[] {
  return [`  ${title}`, `    curl -i -w '\\n' ${args}`];
}
