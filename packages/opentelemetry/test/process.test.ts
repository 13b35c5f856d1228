import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Report, ReportedSpan, Sdk } from './children/sdk.ts';

const program = fileURLToPath(new URL('children/app.ts', import.meta.url));

const run = promisify(execFile);
const oneToken = fileURLToPath(new URL('children/one-token.ts', import.meta.url));
const copies = new URL('children/other-api.ts', import.meta.url).href;

let issuer: AuthorizationServer;
let child: ChildProcess | undefined;
let port = '';

beforeEach(async () => {
  issuer = await startAuthorizationServer();
});

afterEach(async () => {
  child?.kill();
  await issuer.close();
});

async function startApp(sdk: Sdk, first: 'core' | 'opentelemetry', ...flags: string[]): Promise<void> {
  child = spawn(process.execPath, [...flags, program, issuer.issuer, issuer.audience, sdk, first], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
  });
  if (child.stdout === null) throw new Error('The process has no output');
  const line = once(createInterface(child.stdout), 'line');
  const exit = once(child, 'exit').then(() => Promise.reject(new Error('The process has ended')));
  [port] = (await Promise.race([line, exit])) as [string];
  exit.catch(() => undefined);
}

async function request(path: string, token?: string): Promise<number> {
  const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
  return (await fetch(`http://127.0.0.1:${port}${path}`, headers === undefined ? {} : { headers })).status;
}

async function report(): Promise<Report> {
  return (await (await fetch(`http://127.0.0.1:${port}/report`)).json()) as Report;
}

function serverSpans({ spans }: Report): ReportedSpan[] {
  return spans.filter(({ kind }) => kind === SpanKind.SERVER);
}

function childrenOf(parent: ReportedSpan | undefined, { spans }: Report): ReportedSpan[] {
  return spans.filter((span) => span.parent === parent?.id);
}

describe.each([
  ['3', 'core'],
  ['3', 'opentelemetry'],
  ['2', 'core'],
  ['2', 'opentelemetry'],
] as const)('with version %s of the SDK, %s loaded first', (sdk, first) => {
  beforeEach(() => startApp(sdk, first));

  it('[OTEL-FETCH-SPANS] a request that waits for the keys has a span of each fetch, and these one of the HTTP client', async () => {
    await request('/', await issuer.token());
    const exported = await report();
    const [server] = serverSpans(exported);
    const fetches = childrenOf(server, exported);
    expect(fetches.map(({ name, kind, attributes }) => ({ name, kind, attributes }))).toEqual(
      ['metadata', 'keys'].map((document) => ({
        name: `verifier fetch ${document}`,
        kind: SpanKind.INTERNAL,
        attributes: {
          'verifier.issuer': issuer.issuer,
          'verifier.document': document,
          'verifier.not_modified': false,
          'http.response.status_code': 200,
        },
      })),
    );
    const clients = fetches.map((span) => childrenOf(span, exported).map(({ kind }) => kind));
    expect(clients).toEqual([[SpanKind.CLIENT], [SpanKind.CLIENT]]);
    expect(new Set(exported.spans.map(({ trace }) => trace)).size).toBe(1);
  });

  it('[OTEL-SPAN-ATTRIBUTES] the span of a request says how it was authenticated, and contains no claim', async () => {
    const token = await issuer.token();
    await request('/', token);
    await request('/', token);
    await request('/', await issuer.sign({ aud: 'api://other' }));
    await request('/');
    const [first, second, refused, anonymous] = serverSpans(await report()).map(({ attributes }) => attributes);
    expect(first).toMatchObject({ 'verifier.scheme': 'Bearer', 'verifier.token.cached': false });
    expect(first).not.toHaveProperty('error.type');
    expect(second).toMatchObject({ 'verifier.scheme': 'Bearer', 'verifier.token.cached': true });
    expect(refused).toMatchObject({ 'error.type': 'ERR_AUDIENCE_MISMATCH' });
    expect(anonymous).toMatchObject({ 'error.type': 'ERR_CREDENTIALS_MISSING' });
    expect(JSON.stringify([first, second, refused])).not.toMatch(/test-client|enduser/);
  });

  it('[OTEL-SUBJECT] a handler adds the subject to the span', async () => {
    await request('/subject', await issuer.sign({ sub: 'alice' }));
    const [server] = serverSpans(await report());
    expect(server?.attributes).toMatchObject({ 'enduser.pseudo.id': 'alice' });
  });

  it('[OTEL-FETCH-SPANS] a failed fetch is a span with an error', async () => {
    const token = await issuer.token();
    await issuer.stop();
    await request('/', token);
    const exported = await report();
    const [fetched] = childrenOf(serverSpans(exported)[0], exported);
    expect(fetched?.status).toBe(SpanStatusCode.ERROR);
    expect(fetched?.attributes['error.type']).toBe('network');
  });

  it('[OTEL-METRICS] the meter of the SDK receives durations and statistics', async () => {
    await request('/', await issuer.token());
    const { points } = await report();
    const of = (name: string): unknown[] =>
      points.filter(({ metric }) => metric === name).map(({ value, attributes }) => ({ value, attributes }));
    expect(of('verifier.authentications')).toEqual([{ value: 1, attributes: { 'verifier.name': 'default' } }]);
    expect(of('verifier.authentication.duration')).toMatchObject([
      {
        value: { count: 1 },
        attributes: { 'verifier.issuer': issuer.issuer, 'verifier.scheme': 'Bearer', 'verifier.token.cached': false },
      },
    ]);
  });
});

describe('an instrumented process', () => {
  // The time-out kills a process that does not exit by itself, and so fails the test.
  it('[OTEL-COST] exits by itself', async () => {
    const token = await issuer.token();
    const { stdout } = await run(process.execPath, [oneToken, issuer.issuer, issuer.audience, token], {
      timeout: 10_000,
    });
    expect(stdout).toBe('true\n');
  });
});

describe('[OTEL-COPIES] with a copy of version 1.9 of the API for the package', () => {
  it.each(['2', '3'] as const)('the SDK of version %s receives spans, attributes and metrics', async (sdk) => {
    await startApp(sdk, 'core', '--import', copies);
    await request('/', await issuer.token());
    const exported = await report();
    const [server] = serverSpans(exported);
    const fetches = exported.spans.filter(({ name }) => name.startsWith('verifier fetch'));
    expect(fetches.map(({ parent }) => parent)).toEqual([server?.id, server?.id]);
    expect(server?.attributes).toMatchObject({ 'verifier.token.cached': false });
    const metrics = exported.points.map(({ metric }) => metric);
    expect(metrics).toContain('verifier.authentication.duration');
    expect(metrics).toContain('verifier.key_set.age');
  });
});
