import { trace } from '@opentelemetry/api';
import type { TracedAuthentication } from '@verifier/core';
import { attributeNames } from './attributes.ts';
import { onAuthentication } from './channels.ts';

/** Adds the result of each authentication to the active span: the one of the request. Returns a function that ends it. */
export function describeAuthentications(): () => void {
  return onAuthentication({ ended: describeOnSpan });
}

function describeOnSpan({ scheme, cached, code }: TracedAuthentication): void {
  const span = trace.getActiveSpan();
  if (span?.isRecording() !== true) return;
  if (scheme !== undefined) {
    span.setAttribute(attributeNames.scheme, scheme);
    span.setAttribute(attributeNames.cached, cached);
  }
  if (code !== undefined) span.setAttribute(attributeNames.error, code);
}
