import '@verifier/hono/augment';
import { bearerAuth, getAuth, oktaAuth, requireScope, type VerifiedToken } from '@verifier/hono';
import { type Context, Hono } from 'hono';
import { getCookie } from 'hono/cookie';

type Same<TLeft, TRight> = (<T>() => T extends TLeft ? 1 : 2) extends <T>() => T extends TRight ? 1 : 2 ? true : false;
const isTrue = <TValue extends true>(): TValue | undefined => undefined;

// Anywhere, with the cases in which there is nothing.
export function logSubject(c: Context<{ Bindings: { readonly REGION: string } }>): string {
  isTrue<Same<typeof c.var.auth, VerifiedToken | null | undefined>>();
  // @ts-expect-error -- undefined if no middleware ran, null if the request is anonymous
  c.var.auth.subject;
  return c.get('auth')?.subject ?? c.env.REGION;
}

// Downstream of a middleware it is as exact as ever.
new Hono().use(oktaAuth()).get('/', requireScope('a'), (c) => {
  isTrue<Same<typeof c.var.auth, VerifiedToken>>();
  return c.json([c.var.auth.subject, getAuth(c).subject, getCookie(c, 'a')]);
});
new Hono().use(bearerAuth<{ tenant: string }>({ issuer: 'https://issuer.example', audience: 'a' })).get('/', (c) => {
  const tenant: string = c.var.auth.claims.tenant;
  return c.json([tenant, getAuth<{ tenant: string }>(c).claims.tenant]);
});
