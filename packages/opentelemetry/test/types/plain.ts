import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api';
import { createVerifier, type Verifier } from '@verifier/core';
import {
  type InstrumentationOptions,
  instrumentVerifier,
  setSubject,
  type VerifierInstrumentation,
} from '@verifier/opentelemetry';

const verifier: Verifier = createVerifier({ issuer: 'https://issuer.example', audience: 'api://default' });
const meterProvider: MeterProvider = metrics.getMeterProvider();
const tracerProvider: TracerProvider = trace.getTracerProvider();
const options: InstrumentationOptions = { name: 'orders', meterProvider, tracerProvider };
const telemetry: VerifierInstrumentation = instrumentVerifier(verifier, options);
const optional = createVerifier({ issuer: 'https://issuer.example', audience: null, optional: true });
instrumentVerifier(optional, { name: 'optional' }).disable();
telemetry.disable();
setSubject(await verifier.verify('token'));
setSubject(null);

// @ts-expect-error A name is a text.
instrumentVerifier(verifier, { name: 1 });
// @ts-expect-error An unknown option.
instrumentVerifier(verifier, { meter: meterProvider });
