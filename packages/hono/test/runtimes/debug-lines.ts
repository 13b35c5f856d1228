import { bearerAuth } from '@verifier/hono';
import { Hono } from 'hono';

const encode = (part: object): string => btoa(JSON.stringify(part)).replace(/=+$/, '');

/** Sends a token of another issuer to an application, which need not fetch a key for it. */
export async function sendWrongToken(debug: boolean): Promise<number> {
  const issuer = 'https://issuer.example';
  const app = new Hono().use(bearerAuth({ issuer, audience: 'api://orders', debug }));
  const token = `${encode({ alg: 'ES256' })}.${encode({ iss: `${issuer}/` })}.AAAA`;
  const response = await app.request('/', { headers: { Authorization: `Bearer ${token}` } });
  return response.status;
}
