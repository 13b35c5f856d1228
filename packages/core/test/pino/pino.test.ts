import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { pinoHttp } from 'pino-http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { redact, serializers } from '../../src/pino.ts';
import { signToken } from '../support/sign-token.ts';
import { generateTestKey } from '../support/test-key.ts';
import { verifierFor } from '../support/verifiers.ts';

type Line = Readonly<Record<string, unknown>>;

/** A stream that collects the lines of a logger. */
function collect(): { readonly stream: Writable; readonly lines: Line[]; text(): string } {
  const lines: Line[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(JSON.parse(chunk.toString()) as Line);
      done();
    },
  });
  return { stream, lines, text: () => JSON.stringify(lines) };
}

const key = generateTestKey('ES256');
const verifier = verifierFor(key);

describe('@verifier/core/pino', () => {
  it('[LOG-PINO] writes a verified token by issuer, subject, client and scopes', () => {
    const { stream, lines, text } = collect();
    const token = signToken(key, { sub: 'alice', client_id: 'web', scope: 'orders:read', email: 'secret@example.com' });
    const auth = verifier.verifySync(token);
    pino({ serializers, redact }, stream).info({ auth }, 'order');
    expect(lines[0]?.['auth']).toEqual({
      issuer: auth.issuer,
      subject: 'alice',
      clientId: 'web',
      scopes: ['orders:read'],
    });
    for (const secret of [token, 'secret']) expect(text()).not.toContain(secret);
  });

  it('[LOG-PINO] writes a refusal by code, status, claim and fault', async () => {
    const { stream, lines } = collect();
    const err: unknown = await verifier.verify(signToken(key, { aud: 'another' })).catch((error: unknown) => error);
    pino({ serializers }, stream).warn({ err });
    expect(lines[0]?.['err']).toEqual({
      code: 'ERR_AUDIENCE_MISMATCH',
      status: 401,
      claim: 'aud',
      reason: 'mismatch',
    });
  });

  it('[LOG-PINO] writes another error by type, message, stack and code, and passes on everything else', () => {
    const { stream, lines } = collect();
    const logger = pino({ serializers }, stream);
    logger.error(Object.assign(new RangeError('too far'), { code: 'E_FAR', config: { token: 'secret' } }));
    logger.info({ auth: null, err: 'text' });
    expect(lines[0]?.['err']).toMatchObject({ type: 'RangeError', message: 'too far', code: 'E_FAR' });
    expect(JSON.stringify(lines[0])).not.toContain('secret');
    expect(lines[1]).toMatchObject({ auth: null, err: 'text' });
  });

  it('[LOG-PINO] removes credentials from the lines of pino-http', async () => {
    const { stream, lines, text } = collect();
    const log = pinoHttp({ redact, serializers }, stream);
    const server = createServer((req, res) => {
      log(req, res);
      res.setHeader('Set-Cookie', 'session=secret-5').end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const headers = {
      authorization: 'Bearer secret-1',
      'proxy-authorization': 'Basic secret-2',
      dpop: 'secret-3',
      cookie: 'session=secret-4',
      'x-request-id': 'visible',
    };
    await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { headers });
    await expect.poll(() => lines.length).toBe(1);
    expect(text()).toContain('visible');
    expect(text()).not.toContain('secret');
  });
});
