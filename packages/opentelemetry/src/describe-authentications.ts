import { trace } from '@opentelemetry/api';
import { attributeNames } from './attributes.ts';
import { type AuthenticateContext, onAuthenticate } from './channels.ts';

/** Adds the result of each authentication to the active span: the one of the request. Returns a function that ends it. */
export function describeAuthentications(): () => void {
  return onAuthenticate({ finish: describeOnSpan });
}

function describeOnSpan({ scheme, cached, code }: AuthenticateContext): void {
  const span = trace.getActiveSpan();
  if (span?.isRecording() !== true) return;
  if (scheme !== undefined) span.setAttribute(attributeNames.scheme, scheme);
  if (cached !== undefined) span.setAttribute(attributeNames.cached, cached);
  if (code !== undefined) span.setAttribute(attributeNames.error, code);
}
