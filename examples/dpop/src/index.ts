import assert from 'node:assert/strict';
import { apis } from './apis.ts';
import { audience, credentials, startAuthorizationServer } from './authorization-server.ts';
import { OrdersClient } from './client.ts';
import { listen } from './listen.ts';

const issuer = await startAuthorizationServer();

for (const [name, create] of Object.entries(apis)) {
  const api = await listen((origin) =>
    create({
      issuer: issuer.origin,
      audience,
      dpop: {
        mode: 'require',
        publicUrl: origin,
        nonce: { secret: 'the same secret in every process of the API' },
      },
    }),
  );
  const url = `${api.origin}/orders`;
  const client = new OrdersClient(issuer.origin);
  await client.connect();

  // The first request learns the nonce, and is repeated by the client.
  assert.deepEqual(await client.get(url), { client: credentials.client_id });
  assert.deepEqual(await client.get(url), { client: credentials.client_id });
  const statuses = client.sent.map(({ status }) => status);
  assert.deepEqual(statuses, [401, 200, 200]);

  // A thief who captured the whole request.
  const replayed = await fetch(url, { headers: client.sent.at(-1)?.headers ?? {} });
  assert.equal(replayed.status, 401);
  assert.match(replayed.headers.get('www-authenticate') ?? '', /error="invalid_dpop_proof"/);

  // A thief who has the token only.
  const stolen = await fetch(url, { headers: { authorization: `Bearer ${client.token}` } });
  assert.equal(stolen.status, 401);

  console.log(
    `${name.padEnd(8)} client ${statuses.join(', ')}  replay ${replayed.status}  token alone ${stolen.status}`,
  );
  await api.close();
}

await issuer.close();
