import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describeWith } from '@verifier/conformance';
import { bearerAuth } from '@verifier/express';
import {
  type AuthorizationServer,
  type Prometheus,
  startAuthorizationServer,
  startPrometheus,
} from '@verifier/test-issuer';
import express from 'express';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { collectVerifierMetrics } from '../src/index.ts';
import { metricTable } from '../src/metric-table.ts';
import { alertRules, dashboardExpressions, documentedQueries, projectFile } from './support/observability-files.ts';

interface Api {
  readonly origin: string;
  readonly host: string;
  close(): Promise<void>;
}

/** Starts an API that publishes its metrics. */
async function startApi(issuer: string): Promise<Api> {
  const app = express();
  const register = new Registry();
  app.get('/metrics', async (_req, res) => {
    res.set('Content-Type', register.contentType).send(await register.metrics());
  });
  const auth = bearerAuth({ issuer, audience: null });
  collectVerifierMetrics(auth.verifier, { register });
  app.use(auth);
  app.get('/orders', (_req, res) => void res.json([]));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await auth.verifier.close();
  };
  return { origin: `http://${host}`, host, close };
}

describeWith('prometheus', 'a Prometheus that scrapes an API', () => {
  let issuer: AuthorizationServer;
  let api: Api;
  let prometheus: Prometheus;

  async function request(token: string): Promise<number> {
    const response = await fetch(`${api.origin}/orders`, { headers: { authorization: `Bearer ${token}` } });
    await response.body?.cancel();
    return response.status;
  }

  beforeAll(async () => {
    issuer = await startAuthorizationServer();
    api = await startApi(issuer.issuer);
    prometheus = await startPrometheus({ target: api.host, rules: projectFile('observability/alerts.yml') });
    const token = await issuer.token();
    for (let sent = 0; sent < 40; sent += 1) expect(await request(token)).toBe(200);
    expect(await request(`${token.slice(0, -8)}AAAAAAAA`)).toBe(401);
  });

  afterAll(async () => {
    await prometheus?.stop();
    await api?.close();
    await issuer?.stop();
  });

  it('[METRICS-SCRAPED] stores every documented metric, without an error', async () => {
    const isScraped = 'verifier_authentications_total{result="success"} >= 40';
    await vi.waitFor(async () => expect(await prometheus.query(isScraped)).toHaveLength(1), { timeout: 15_000 });
    for (const { name, type, labelNames } of metricTable) {
      const samples = await prometheus.query(type === 'histogram' ? `${name}_count` : name);
      expect(samples.length, name).toBeGreaterThan(0);
      for (const { metric } of samples) {
        const { __name__, ...labels } = metric;
        expect(Object.keys(labels).sort(), name).toEqual([...labelNames, 'instance', 'job', 'verifier'].sort());
      }
    }
    const metadata = Object(await prometheus.read('/api/v1/targets/metadata')) as { metric: string; type: string }[];
    const types = Object.fromEntries(metadata.map(({ metric, type }) => [metric, type]));
    for (const { name, type } of metricTable) expect(types[name], name).toBe(type);
    const { activeTargets } = Object(await prometheus.read('/api/v1/targets')) as {
      activeTargets: readonly { health: string; lastError: string }[];
    };
    expect(activeTargets).toEqual([expect.objectContaining({ health: 'up', lastError: '' })]);
  });

  it('[METRICS-SCRAPED] has the numbers of the verifier', async () => {
    const value = async (expression: string): Promise<number> => {
      const [sample] = await prometheus.query(expression);
      return Number(sample?.value[1]);
    };
    await vi.waitFor(async () => expect(await value('verifier_refused_total{code="ERR_SIGNATURE_INVALID"}')).toBe(1), {
      timeout: 15_000,
    });
    expect(await value('verifier_token_cache_lookups_total{result="hit"}')).toBe(39);
    expect(await value('verifier_authentication_seconds_count{cached="false"}')).toBe(2);
    expect(await value('verifier_authentication_seconds_bucket{cached="false", le="+Inf"}')).toBe(2);
    expect(await value(`verifier_outage{issuer="${issuer.issuer}"}`)).toBe(0);
    expect(await value(`verifier_key_set_keys{issuer="${issuer.issuer}"}`)).toBeGreaterThan(0);
  });

  it('[METRICS-DOCUMENTED] answers every query of the page, hit rates with the numbers of the verifier', async () => {
    const isRated = 'rate(verifier_token_cache_lookups_total{result="hit"}[5m]) >= 0';
    await vi.waitFor(async () => expect(await prometheus.query(isRated)).toHaveLength(1), { timeout: 15_000 });
    for (const query of documentedQueries()) {
      await expect(prometheus.query(query), query).resolves.toBeDefined();
      if (!query.includes('_lookups_total')) continue;
      // The counters may have reached their values before the first scrape: their totals are known, their rates not.
      const [sample] = await prometheus.query(query.replaceAll(/rate\((\S+)\[\w+\]\)/g, '$1'));
      expect(Number(sample?.value[1]), query).toBeGreaterThanOrEqual(0);
      expect(Number(sample?.value[1]), query).toBeLessThanOrEqual(1);
    }
  });

  it('[METRICS-DASHBOARD] [METRICS-ALERTS] evaluates every expression of the dashboard and of the alerts', async () => {
    for (const expression of [...dashboardExpressions(), ...alertRules().map((rule) => rule.expression)]) {
      await expect(prometheus.query(expression), expression).resolves.toBeDefined();
    }
    const { groups } = Object(await prometheus.read('/api/v1/rules')) as {
      groups: readonly { rules: readonly { name: string; health: string; state: string }[] }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.map(({ name }) => name)).toEqual(alertRules().map(({ name }) => name));
    expect(rules.filter(({ state }) => state === 'firing')).toEqual([]);
  });
});
