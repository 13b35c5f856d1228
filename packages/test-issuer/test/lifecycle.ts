// A separate process that uses every feature of the server and ends without process.exit().
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type AuthorizationServer, startAuthorizationServer } from '../src/index.ts';

async function abandonTokenRequest({ endpoints }: AuthorizationServer): Promise<void> {
  const type = 'application/x-www-form-urlencoded';
  const headers = { 'content-type': type, 'content-length': 100, expect: '100-continue' };
  const unfinished = request(endpoints.token, { method: 'POST', headers }).once('error', () => undefined);
  unfinished.flushHeaders();
  await once(unfinished, 'continue');
  unfinished.write('grant_type=');
  await delay(50);
  unfinished.destroy();
}

async function leaveUnanswered(issuer: AuthorizationServer): Promise<void> {
  issuer.resetCounts();
  issuer.conditions.latency = 60;
  const unanswered = fetch(issuer.endpoints.keys).catch(() => undefined);
  while (issuer.counts.keys === 0) await delay(5);
  await issuer.stop();
  await unanswered;
}

const issuer = await startAuthorizationServer({ path: '/oauth2/default' });
await issuer.token({ scope: 'read' });
await issuer.rotate();
await issuer.token({ scope: 'write' });
await (await fetch(issuer.endpoints.keys)).json();
await fetch(issuer.endpoints.token, { method: 'POST', body: 'no=grant', headers: { accept: 'text/html' } });
await abandonTokenRequest(issuer);
await leaveUnanswered(issuer);
await issuer.start();
await issuer.token();
await issuer.close();
