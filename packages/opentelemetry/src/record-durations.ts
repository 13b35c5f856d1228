import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import { attributeNames } from './attributes.ts';
import { type AuthenticateContext, type FetchContext, onAuthenticate, onFetch } from './channels.ts';
import type { IssuerNames } from './issuer-names.ts';
import { durationBoundaries, type RecordedMetric, recordedMetrics } from './metrics.ts';

// On the context itself, because authentications overlap.
const startedAt: unique symbol = Symbol('startedAt');

type Timed<TContext> = TContext & { [startedAt]?: number };

// A record costs a tenth of the authentication of a cached token.
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
  return onAuthenticate({
    start,
    finish: (context) => {
      if (context.cached === true && cachedTokens++ % cachedPerMeasurement !== 0) return;
      const { scheme, cached, issuer } = context;
      const attributes: Attributes = { [attributeNames.issuer]: issuers.nameOf(issuer) };
      if (scheme !== undefined) attributes[attributeNames.scheme] = scheme;
      if (cached !== undefined) attributes[attributeNames.cached] = cached;
      record(histogram, context, attributes);
    },
  });
}

function recordFetches(meter: Meter, issuers: IssuerNames): () => void {
  const histogram = createHistogram(meter, 'verifier.fetch.duration');
  return onFetch({
    start,
    finish: (context) => {
      const { issuer, document } = context;
      const attributes = { [attributeNames.issuer]: issuers.nameOf(issuer), [attributeNames.document]: document };
      record(histogram, context, attributes);
    },
  });
}

function start(context: Timed<object>): void {
  context[startedAt] = performance.now();
}

function record(
  histogram: Histogram,
  context: Timed<AuthenticateContext | FetchContext>,
  attributes: Attributes,
): void {
  const { [startedAt]: started, code } = context;
  // The channel had no subscriber when the operation started.
  if (started === undefined) return;
  if (code !== undefined) attributes[attributeNames.error] = code;
  histogram.record((performance.now() - started) / 1000, attributes);
}

function createHistogram(meter: Meter, name: RecordedMetric): Histogram {
  const { unit, description } = recordedMetrics[name];
  return meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries: durationBoundaries } });
}
