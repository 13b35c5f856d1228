import type { AuthorizationServer } from '@verifier/test-issuer';
import type { RunningApi } from './framework.ts';
import type { Setting } from './setting.ts';

/** What to type to obtain tokens and to call the APIs. The shell keeps the tokens in variables. */
export function curlLines({ issuer, apis }: Pick<Setting, 'issuer' | 'apis'>): string[] {
  const sections = apis.flatMap((api) => requestLines(api));
  return [
    `The authorization server: ${issuer.issuer}`,
    '  obtain a token for reading, and one for writing',
    `    READER=$(${obtainLine(issuer, 'reader', 'orders:read')})`,
    `    WRITER=$(${obtainLine(issuer, 'writer', 'orders:write')})`,
    ...sections,
    '',
    'Stop with Ctrl-C.',
  ];
}

function obtainLine({ clients, endpoints }: AuthorizationServer, id: string, scope: string): string {
  const client = clients.find(({ client_id }) => client_id === id);
  const credentials = `${client?.client_id}:${client?.client_secret}`;
  const form = `-d grant_type=client_credentials -d scope=${scope}`;
  return `curl -s -u ${credentials} ${form} ${endpoints.token} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'`;
}

function requestLines({ name, origin }: RunningApi): string[] {
  const bearer = (variable: string): string => `-H "Authorization: Bearer $${variable}"`;
  return [
    '',
    `The API with ${name}:`,
    ...request('open to anyone: 200', `${origin}/health`),
    ...request('without a token: 401', `${origin}/profile`),
    ...request('with a token: 200', `${bearer('READER')} ${origin}/profile`),
    ...request('with a token that has the scope: 200', `${bearer('READER')} ${origin}/orders`),
    ...request('with a token that lacks the scope: 403', `-X POST ${bearer('READER')} ${origin}/orders`),
    ...request('with a token that has the scope: 201', `-X POST ${bearer('WRITER')} ${origin}/orders`),
  ];
}

// The answers end without a line break; curl adds one.
function request(meaning: string, line: string): string[] {
  return [`  ${meaning}`, `    curl -i -w '\\n' ${line}`];
}
