import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  type ConformanceApp,
  conformanceCases,
  guardOptions,
  type RunningApp,
  startSuite,
} from '@verifier/conformance';
import { bearerAuth } from '@verifier/express';
import express from 'express';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { collectVerifierMetrics } from '../src/index.ts';
import { resultOfCode } from '../src/result-of-code.ts';
import { readSamples } from './support/read-samples.ts';

const register = new Registry();

async function start(app: ConformanceApp): Promise<RunningApp> {
  const auth = bearerAuth(guardOptions(app));
  collectVerifierMetrics(auth.verifier, { register, name: app.profile });
  const server = express()
    .use(auth)
    .use((_req, res) => void res.json([]))
    .listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await auth.verifier.close();
  };
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

function valuesOf(label: string, text: string): Set<string | undefined> {
  return new Set(readSamples(text).flatMap(({ labels }) => (label in labels ? [labels[label]] : [])));
}

it('[METRICS-BOUNDED] attacks and malformed requests over sockets add no label value', async () => {
  const suite = await startSuite({ start });
  try {
    const before = await register.metrics();
    for (const testCase of conformanceCases) await suite.run(testCase);
    const after = await register.metrics();
    for (const label of ['verifier', 'issuer', 'code', 'kind', 'result', 'cached', 'le']) {
      expect(valuesOf(label, after), label).toEqual(valuesOf(label, before));
    }
    const counted = readSamples(after).filter(({ name, value }) => name === 'verifier_refused_total' && value > 0);
    const codes = new Set(counted.map(({ labels }) => labels['code']));
    expect(codes.size).toBeGreaterThan(15);
    expect([...codes].filter((code = '') => !Object.hasOwn(resultOfCode, code))).toEqual([]);
  } finally {
    await suite.close();
  }
}, 60_000);
