import { setTimeout as delay } from 'node:timers/promises';
import type { Prometheus, QueryRange } from '@verifier/test-issuer';

/** A period in which an alert fired, in seconds of the epoch. `resolvedAt` is undefined if it still does. */
export interface Firing {
  readonly name: string;
  readonly firedAt: number;
  readonly resolvedAt: number | undefined;
}

const allowedSeconds = 20;

/** Waits until Prometheus has scraped the API. */
export async function waitForScrape(prometheus: Prometheus): Promise<void> {
  await waitUntil('Prometheus did not scrape the API', async () => {
    return (await prometheus.query('verifier_authentications_total')).length > 0;
  });
}

/** Waits until an alert fires, or until it does not. */
export async function waitForAlert(prometheus: Prometheus, name: string, fires: boolean): Promise<void> {
  await waitUntil(`${name} did not ${fires ? 'fire' : 'resolve'}`, async () => {
    return (await firingNames(prometheus)).includes(name) === fires;
  });
}

async function waitUntil(fault: string, isReached: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + allowedSeconds * 1000;
  while (!(await isReached())) {
    if (performance.now() > deadline) throw new Error(`${fault} within ${allowedSeconds} s`);
    await delay(100);
  }
}

/** Returns the names of all rules, in the order of their file. */
export async function ruleNames(prometheus: Prometheus): Promise<string[]> {
  const { groups } = (await prometheus.read('/api/v1/rules')) as { groups: readonly { rules: { name: string }[] }[] };
  return groups.flatMap(({ rules }) => rules.map(({ name }) => name));
}

async function firingNames(prometheus: Prometheus): Promise<string[]> {
  const { alerts } = (await prometheus.read('/api/v1/alerts')) as {
    alerts: readonly { state: string; labels: { alertname: string } }[];
  };
  return alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels.alertname);
}

/** Returns the periods in which alerts fired, as Prometheus recorded them. */
export async function readFirings(prometheus: Prometheus, range: QueryRange): Promise<Firing[]> {
  const series = await prometheus.queryRange('max by (alertname) (ALERTS{alertstate="firing"})', range);
  const firings = series.flatMap(({ metric, values }) =>
    splitAtGaps(
      values.map(([time]) => time),
      range.step,
    ).map(([firedAt, last]) => ({
      name: metric['alertname'] ?? '',
      firedAt,
      resolvedAt: last + range.step > range.end ? undefined : last + range.step,
    })),
  );
  return firings.sort((a, b) => a.firedAt - b.firedAt);
}

function splitAtGaps(times: readonly number[], step: number): (readonly [first: number, last: number])[] {
  const periods: [number, number][] = [];
  for (const time of times) {
    const period = periods.at(-1);
    if (period !== undefined && time - period[1] < 1.5 * step) period[1] = time;
    else periods.push([time, time]);
  }
  return periods;
}
