// An instrumented API. Arguments: issuer, audience, SDK, what to load first. Prints its port; `GET /report` reports.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Sdk, startSdk } from './sdk.ts';

const [issuer = '', audience = '', sdk = '3', first = 'core'] = process.argv.slice(2);
const report = startSdk(sdk as Sdk);
if (first === 'core') await import('@verifier/core');
const { instrumentVerifier, setSubject } = await import('@verifier/opentelemetry');
const { createVerifier, fromNodeRequest } = await import('@verifier/core');
const { createServer } = await import('node:http');

const verifier = createVerifier({ issuer, audience, tokenCache: {} });
instrumentVerifier(verifier);

const server = createServer(async (request, response) => {
  if (request.url === '/report') return void response.end(JSON.stringify(await report()));
  const result = await verifier.authenticate(fromNodeRequest(request));
  if (result.ok && request.url === '/subject') setSubject(result.auth);
  response.statusCode = result.ok ? 204 : verifier.challenge(result.error).status;
  response.end();
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port }: AddressInfo = Object(server.address());
console.log(port);
