import { tracingChannel } from 'node:diagnostics_channel';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { createVerifier, type Verifier } from '@verifier/core';
import { instrumentVerifier, setSubject, type VerifierInstrumentation } from '@verifier/opentelemetry';
import { type AuthorizationServer, startAuthorizationServer } from '@verifier/test-issuer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestMeter, type TestMeter } from './support/telemetry.ts';

const exporter = new InMemorySpanExporter();
const tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
tracerProvider.register();
const tracer = tracerProvider.getTracer('test');

let issuer: AuthorizationServer;
let verifier: Verifier;
let meter: TestMeter;
let telemetry: VerifierInstrumentation;

beforeEach(async () => {
  issuer = await startAuthorizationServer();
  verifier = createVerifier({ issuer: issuer.issuer, audience: issuer.audience });
  meter = createTestMeter();
  telemetry = instrumentVerifier(verifier, { meterProvider: meter.meterProvider });
  exporter.reset();
});

afterEach(async () => {
  telemetry.disable();
  await verifier.close();
  await meter.close();
  await issuer.close();
});

async function inSpan(run: () => unknown): Promise<void> {
  await tracer.startActiveSpan('request', async (span) => {
    await run();
    span.end();
  });
}

function spanNames(): string[] {
  return exporter.getFinishedSpans().map(({ name }) => name);
}

describe('[OTEL-FETCH-SPANS] fetches', () => {
  it('start a trace of their own before any request', async () => {
    await verifier.warmUp();
    const [metadata, keys] = exporter.getFinishedSpans();
    expect(spanNames()).toEqual(['verifier fetch metadata', 'verifier fetch keys']);
    expect([metadata?.parentSpanContext, keys?.parentSpanContext]).toEqual([undefined, undefined]);
  });

  it('have one span for all requests that wait for them', async () => {
    const token = await issuer.token();
    const other = await issuer.sign({ jti: 'other' });
    await Promise.all([inSpan(() => verifier.verify(token)), inSpan(() => verifier.verify(other))]);
    expect(spanNames().filter((name) => name.startsWith('verifier'))).toHaveLength(2);
  });
});

describe('[OTEL-SEVERAL] disable()', () => {
  it('ends spans and attributes, and leaves nothing that listens', async () => {
    telemetry.disable();
    const token = await issuer.token();
    await inSpan(() => verifier.verify(token));
    expect(spanNames()).toEqual(['request']);
    expect(exporter.getFinishedSpans()[0]?.attributes).toEqual({});
    for (const name of ['authenticate', 'fetch']) {
      expect(tracingChannel(`@verifier/core:${name}`).hasSubscribers).toBe(false);
    }
  });

  it('leaves spans and attributes as long as another verifier is instrumented', async () => {
    const { meterProvider } = meter;
    const other = instrumentVerifier(verifier, { meterProvider, name: 'other' });
    telemetry.disable();
    const token = await issuer.token();
    await inSpan(() => verifier.verify(token));
    other.disable();
    expect(spanNames()).toEqual(['verifier fetch metadata', 'verifier fetch keys', 'request']);
    expect(exporter.getFinishedSpans()[2]?.attributes).toMatchObject({ 'verifier.scheme': 'Bearer' });
  });
});

describe('[OTEL-SUBJECT] setSubject', () => {
  it('adds the subject to the active span only', async () => {
    setSubject({ subject: 'bob' });
    await inSpan(() => setSubject({ subject: 'alice' }));
    await inSpan(() => setSubject(null));
    const attributes = exporter.getFinishedSpans().map((span) => span.attributes);
    expect(attributes).toEqual([{ 'enduser.pseudo.id': 'alice' }, {}]);
  });
});
