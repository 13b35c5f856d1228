import { context, type Span, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { TracedFetch } from '@verifier/core';
import { attributeNames } from './attributes.ts';
import { bindFetches, onFetch } from './channels.ts';
import type { IssuerNames } from './issuer-names.ts';

/** Makes a span of each fetch, below the span of the request that causes it. Returns a function that ends it. */
export function traceFetches(tracer: Tracer, issuers: IssuerNames): () => void {
  const spans = new WeakMap<TracedFetch, Span>();
  const unbind = bindFetches((fetch) => {
    const { issuer, document } = fetch;
    const attributes = { [attributeNames.issuer]: issuers.nameOf(issuer), [attributeNames.document]: document };
    const span = tracer.startSpan(`verifier fetch ${document}`, { attributes });
    spans.set(fetch, span);
    return trace.setSpan(context.active(), span);
  });
  const unsubscribe = onFetch({
    ended: (fetch) => {
      const span = spans.get(fetch);
      if (span !== undefined) endSpan(span, fetch);
    },
  });
  return () => {
    unbind();
    unsubscribe();
  };
}

function endSpan(span: Span, { status, notModified, code, kind }: TracedFetch): void {
  if (status !== undefined) span.setAttribute(attributeNames.status, status);
  span.setAttribute(attributeNames.notModified, notModified);
  if (code !== undefined) {
    span.setAttribute(attributeNames.error, kind ?? code);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
