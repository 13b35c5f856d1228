import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import type { TracedAuthentication, TracedFetch } from '@verifier/core';
import { attributeNames } from './attributes.ts';
import { onAuthentication, onFetch } from './channels.ts';
import type { IssuerNames } from './issuer-names.ts';
import { durationBoundaries, type RecordedMetric, recordedMetrics } from './metrics.ts';

// A property of the operation itself, which is cheaper than a map.
const startedAt: unique symbol = Symbol('startedAt');

type Timed = (TracedAuthentication | TracedFetch) & { [startedAt]?: number };

// A record would add a tenth to the authentication of a cached token.
const cachedPerMeasurement = 16;

/** Records how long authentications and fetches take. Returns a function that ends it. */
export function recordDurations(meter: Meter, issuers: IssuerNames): () => void {
  const ends = [recordAuthentications(meter, issuers), recordFetches(meter, issuers)];
  return () => {
    for (const end of ends) end();
  };
}

function recordAuthentications(meter: Meter, issuers: IssuerNames): () => void {
  const histogram = createHistogram(meter, 'verifier.authentication.duration');
  let cachedTokens = 0;
  return onAuthentication({
    started: startTimer,
    ended: (authentication) => {
      const isSkipped = authentication.cached && cachedTokens++ % cachedPerMeasurement !== 0;
      if (!isSkipped) recordDuration(histogram, authentication, authenticationAttributes(authentication, issuers));
    },
  });
}

function recordFetches(meter: Meter, issuers: IssuerNames): () => void {
  const histogram = createHistogram(meter, 'verifier.fetch.duration');
  return onFetch({
    started: startTimer,
    ended: (fetch) => recordDuration(histogram, fetch, fetchAttributes(fetch, issuers)),
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

function startTimer(operation: Timed): void {
  operation[startedAt] = performance.now();
}

function recordDuration(histogram: Histogram, { [startedAt]: started }: Timed, attributes: Attributes): void {
  // Without a start, the operation had begun before the subscription.
  if (started !== undefined) histogram.record((performance.now() - started) / 1000, attributes);
}

function createHistogram(meter: Meter, name: RecordedMetric): Histogram {
  const { unit, description } = recordedMetrics[name];
  return meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries: durationBoundaries } });
}
