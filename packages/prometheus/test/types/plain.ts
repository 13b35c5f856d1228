import { createVerifier } from '@verifier/core';
import { collectVerifierMetrics, type VerifierMetrics, type VerifierMetricsOptions } from '@verifier/prometheus';
import { AggregatorRegistry, type OpenMetricsContentType, Registry, register } from 'prom-client';

const verifier = createVerifier({ issuer: 'https://issuer.example', audience: 'api://orders' });

const metrics: VerifierMetrics = collectVerifierMetrics(verifier);
metrics.close();
collectVerifierMetrics(createVerifier({ issuer: 'https://issuer.example', audience: 'a', optional: true }), {});
collectVerifierMetrics(verifier, { name: 'orders', register });
collectVerifierMetrics(verifier, { register: new Registry<OpenMetricsContentType>() });
collectVerifierMetrics(verifier, { register: new AggregatorRegistry() });

// @ts-expect-error: the option is named register.
collectVerifierMetrics(verifier, { registry: register });
// @ts-expect-error: a verifier is required.
collectVerifierMetrics({});
// @ts-expect-error: options are read only.
(({}) as VerifierMetricsOptions).name = 'orders';
