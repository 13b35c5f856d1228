import { generateKeyPairSync } from 'node:crypto';
import { describePollution, withPollution } from '@verifier/conformance';
import { bearerAuth, getAuth } from '@verifier/express';
import { describe, expect, it } from 'vitest';
import { expressHarness, frameworks } from './express-harness.ts';
import { listen } from './listen.ts';

const key = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });

for (const [name, express] of Object.entries(frameworks)) describePollution(name, expressHarness(express));

describe.each(Object.entries(frameworks))('[OPTIONS-OWN] getAuth on %s', (_name, express) => {
  it('denies an anonymous request whatever Object.prototype says', async () => {
    const app = express().use(
      bearerAuth({ issuer: 'https://issuer.example', audience: 'a', jwks: { keys: [key] }, optional: true }),
    );
    app.get('/', (req, res) => void res.json(getAuth(req, Object({}))));
    const served = await listen(app);
    const { status } = await withPollution(['optional', true], () => fetch(served.origin));
    expect(status).toBe(401);
    await served.close();
  });
});
