import {
  bearerAuth,
  type DeniedResponse,
  oktaAuth,
  requireAuthentication,
  requireClaims,
  requireScope,
} from '@verifier/hono';
import { Hono } from 'hono';
import { type ApplyGlobalResponse, type ClientResponse, hc, type InferResponseType } from 'hono/client';

type Same<TLeft, TRight> = (<T>() => T extends TLeft ? 1 : 2) extends <T>() => T extends TRight ? 1 : 2 ? true : false;
const isTrue = <TValue extends true>(): TValue | undefined => undefined;

const app = new Hono()
  .get('/profile', oktaAuth(), (c) => c.json({ subject: c.var.auth.subject ?? null }, 200))
  .get('/orders', oktaAuth(), requireScope('read:orders'), (c) => c.json({ orders: [1] }, 200))
  .get(
    '/tenants',
    bearerAuth(() => ({ issuer: 'https://issuer.example', audience: 'a' })),
    requireClaims((claims) => claims['admin'] === true),
    (c) => c.json({ tenants: ['blue'] }, 200),
  )
  .get('/transfers', oktaAuth(), requireAuthentication({ maxAge: 300 }), (c) => c.json({ transfers: [1] }, 200))
  .get('/health', (c) => c.text('ok', 200));

const client = hc<typeof app>('http://localhost');

type Profile = typeof client.profile.$get;
isTrue<Same<InferResponseType<Profile, 200>, { subject: string | null }>>();
type Unauthorized = 'unauthorized' | 'invalid_token' | 'insufficient_user_authentication';
isTrue<Same<InferResponseType<Profile, 401>['error'], Unauthorized>>();
isTrue<Same<InferResponseType<Profile, 400>['error'], 'invalid_request'>>();
isTrue<Same<InferResponseType<Profile, 503>, { error: 'temporarily_unavailable'; error_description: string }>>();
isTrue<Same<InferResponseType<Profile, 403>, never>>();

for (const orders of [client.orders.$get, client.tenants.$get, client.transfers.$get]) {
  isTrue<Same<InferResponseType<typeof orders, 403>['error'], 'insufficient_scope'>>();
  isTrue<Same<InferResponseType<typeof orders, 401>['error'], Unauthorized>>();
  isTrue<Same<InferResponseType<typeof orders, 503>['error'], 'temporarily_unavailable'>>();
}

// The status narrows the body.
export async function readOrders(): Promise<readonly number[]> {
  const response = await client.orders.$get();
  if (response.status === 200) return (await response.json()).orders;
  const { error, error_description: description } = await response.json();
  isTrue<Same<typeof error, 'invalid_request' | Unauthorized | 'insufficient_scope' | 'temporarily_unavailable'>>();
  // @ts-expect-error -- the response to a denied request has no orders
  (await response.json()).orders;
  throw new Error(description);
}

// The type of a route without a guard has no denied responses.
isTrue<Same<Awaited<ReturnType<typeof client.health.$get>>['status'], 200>>();

// If the middleware is mounted with use(), hono/client has a type for its answers.
const guarded = new Hono().use(oktaAuth()).get('/profile', (c) => c.json({ subject: 'a' }, 200));
interface Refused {
  readonly 401: { json: { error: string; error_description: string } };
}
const global =
  hc<ApplyGlobalResponse<typeof guarded, { [TStatus in keyof Refused]: Refused[TStatus] }>>('http://localhost');
isTrue<Same<InferResponseType<typeof global.profile.$get, 401>['error'], string>>();

export const unauthorized: DeniedResponse<401>['_data']['error'] = 'invalid_token';
// @ts-expect-error -- an error of another status
export const confused: DeniedResponse<401>['_data']['error'] = 'insufficient_scope';
export type AnyResponse = ClientResponse<DeniedResponse['_data']>;
