import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import type { TracedAuthentication, TracedFetch } from '@verifier/core';
import { attributeNames } from './attributes.ts';
import { AuthenticationTimer } from './authentication-timer.ts';
import { onFetch } from './channels.ts';
import type { IssuerNames } from './issuer-names.ts';
import { durationBoundaries, type RecordedMetric, recordedMetrics } from './metrics.ts';

/** Records how long authentications and fetches take. Returns a function that ends it. */
export function recordDurations(meter: Meter, issuers: IssuerNames): () => void {
  const histogram = createHistogram(meter, 'verifier.authentication.duration');
  const timer = new AuthenticationTimer((authentication, seconds) => {
    histogram.record(seconds, authenticationAttributes(authentication, issuers));
  });
  const stopFetches = recordFetches(meter, issuers);
  return () => {
    timer.close();
    stopFetches();
  };
}

function recordFetches(meter: Meter, issuers: IssuerNames): () => void {
  const histogram = createHistogram(meter, 'verifier.fetch.duration');
  const starts = new WeakMap<TracedFetch, number>();
  return onFetch({
    started: (fetch) => void starts.set(fetch, performance.now()),
    ended: (fetch) => {
      const started = starts.get(fetch);
      // Without a start, the fetch had begun before the subscription.
      if (started === undefined) return;
      histogram.record((performance.now() - started) / 1000, fetchAttributes(fetch, issuers));
    },
  });
}

function authenticationAttributes(
  { issuer, scheme, cached, code }: TracedAuthentication,
  issuers: IssuerNames,
): Attributes {
  const attributes: Attributes = {
    [attributeNames.issuer]: issuers.nameOf(issuer),
    [attributeNames.cached]: cached,
  };
  if (scheme !== undefined) attributes[attributeNames.scheme] = scheme;
  if (code !== undefined) attributes[attributeNames.error] = code;
  return attributes;
}

function fetchAttributes({ issuer, document, kind, code }: TracedFetch, issuers: IssuerNames): Attributes {
  const attributes: Attributes = {
    [attributeNames.issuer]: issuers.nameOf(issuer),
    [attributeNames.document]: document,
  };
  if (code !== undefined) attributes[attributeNames.error] = kind ?? code;
  return attributes;
}

function createHistogram(meter: Meter, name: RecordedMetric): Histogram {
  const { unit, description } = recordedMetrics[name];
  return meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries: durationBoundaries } });
}
