import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type * as Core from '../../../src/index.ts';
import { lastWord } from '../child.ts';

/** How each attempt ended: by the code of the error, or accepted. */
export interface Attempts {
  readonly codes: readonly string[];
}

// A process that does its work and leaves everything open: it never calls close().
const [entry = '', issuer = '', audience = '', token = ''] = process.argv.slice(2);
const { createVerifier } = (await import(entry)) as typeof Core;

const closed = createServer().listen(0, '127.0.0.1');
await once(closed, 'listening');
const { port } = closed.address() as AddressInfo;
closed.close();
await once(closed, 'close');

// The warnings about outages are not tested here.
const { emitWarning } = process;
process.emitWarning = (): void => undefined;
const good = createVerifier({ issuer, audience });
const gone = createVerifier({ issuer: `http://127.0.0.1:${port}`, audience });
const failing = createVerifier({
  issuers: async () => {
    throw new Error('the database is gone');
  },
  onEvent: async () => {
    throw new Error('the log is full');
  },
});

const codes: string[] = [];
async function attempt(work: () => unknown): Promise<void> {
  try {
    await work();
    codes.push('accepted');
  } catch (error) {
    codes.push((error as { code?: string }).code ?? (error as Error).name);
  }
}

const request = { method: 'GET', url: () => '', header: () => [`Bearer ${token}`] };
const [header, , signature] = token.split('.');
const forIssuer = (iss: string): string =>
  `${header}.${Buffer.from(JSON.stringify({ iss })).toString('base64url')}.${signature}`;
await attempt(() => good.verifySync(token));
await attempt(() => good.verify(token));
await attempt(() => good.verifySync(token));
await attempt(() => gone.verifySync(forIssuer(`http://127.0.0.1:${port}`)));
await attempt(() => gone.verify(forIssuer(`http://127.0.0.1:${port}`)));
await attempt(() => gone.warmUp());
await attempt(() => failing.verify(token));
await attempt(async () => {
  const result = await failing.authenticate(request);
  if (!result.ok) throw result.error;
});
process.emitWarning = emitWarning;
const report: Attempts = { codes };
lastWord(report);
