import { setTimeout as delay } from 'node:timers/promises';
import type { Prometheus } from '@verifier/test-issuer';
import { waitForAlert } from './alert-states.ts';
import { type Environment, speed } from './environment.ts';

// VerifierRefusals and VerifierForgedTokens compare with an hour ago, so there must be one.
const baseline = 3600 / speed + 2;

/** Stages usual traffic, an outage of the issuer, and a storm of forged tokens. Each alert must fire, and resolve. */
export async function runScenario(
  { issuer, traffic }: Environment,
  prometheus: Prometheus,
  report: (line: string) => void,
): Promise<void> {
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  const print = (line: string): void => report(`${seconds().toFixed(1).padStart(5)} s  ${line}`);

  print('Usual traffic: 200 requests a second, two of them with an expired token');
  await delay(5000);
  print('The issuer stops. Requests are served with the cached keys');
  await issuer.stop();
  await waitForAlert(prometheus, 'VerifierOutage', true);
  print('VerifierOutage fires');
  await delay(2000);
  print('The issuer starts again, with another key');
  // The first token of a new key causes a fetch at once; without one, the next attempt may be 8 seconds away.
  await issuer.rotate();
  await issuer.start();
  await waitForAlert(prometheus, 'VerifierOutage', false);
  print('VerifierOutage is resolved');

  await delay(Math.max(0, baseline - seconds()) * 1000);
  print('A client sends 200 forged tokens a second');
  traffic.storm = true;
  await waitForAlert(prometheus, 'VerifierForgedTokens', true);
  print('VerifierForgedTokens fires. The client is found, and blocked');
  await delay(1500);
  traffic.storm = false;
  await waitForAlert(prometheus, 'VerifierForgedTokens', false);
  print('VerifierForgedTokens is resolved');
  await delay(2000);
}
