// Two workers refuse one request and two requests. The primary prints the metrics of both, and ends them.
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { createVerifier, fromFetchRequest } from '@verifier/core';
import { AggregatorRegistry } from 'prom-client';
import { collectVerifierMetrics } from '../../src/index.ts';

const issuer = 'https://issuer.example';

async function startWorker(requests: number): Promise<Worker> {
  const worker = cluster.fork({ REQUESTS: String(requests) });
  await once(worker, 'message');
  return worker;
}

async function runPrimary(): Promise<void> {
  const registry = new AggregatorRegistry();
  const workers = await Promise.all([startWorker(1), startWorker(2)]);
  console.log(await registry.clusterMetrics());
  for (const worker of workers) worker.disconnect();
}

async function runWorker(): Promise<void> {
  // Its constructor listens for the question of the primary.
  new AggregatorRegistry();
  const verifier = createVerifier({ issuer, audience: 'api://orders' });
  collectVerifierMetrics(verifier);
  const request = fromFetchRequest(new Request('https://api.example/orders'));
  for (let sent = 0; sent < Number(process.env['REQUESTS']); sent += 1) await verifier.authenticate(request);
  process.send?.('ready');
}

await (cluster.isPrimary ? runPrimary() : runWorker());
