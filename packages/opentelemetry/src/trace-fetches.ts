import { type Context, context, type Span, SpanStatusCode, TraceFlags, type Tracer, trace } from '@opentelemetry/api';
import { attributeNames } from './attributes.ts';
import { type FetchContext, onFetch } from './channels.ts';
import type { IssuerNames } from './issuer-names.ts';

type SpanOfFetch = WeakMap<FetchContext, Span>;

/** Makes a span of each fetch, below the span of the request that causes it. Returns a function that ends it. */
export function traceFetches(tracer: Tracer, issuers: IssuerNames): () => void {
  const spans: SpanOfFetch = new WeakMap();
  return onFetch({
    enter: (fetch) => {
      const parent = context.active();
      const span = tracer.startSpan(`verifier fetch ${fetch.document}`, startOptions(fetch, issuers, parent), parent);
      spans.set(fetch, span);
      return trace.setSpan(parent, span);
    },
    finish: (fetch) => {
      const span = spans.get(fetch);
      if (span !== undefined) endSpan(span, fetch);
    },
  });
}

function startOptions({ issuer, document }: FetchContext, issuers: IssuerNames, parent: Context): object {
  const attributes = { [attributeNames.issuer]: issuers.nameOf(issuer), [attributeNames.document]: document };
  return { attributes, root: hasEnded(trace.getSpan(parent)) };
}

// A timer runs in the context of the request that started it, whose span may have ended long ago.
function hasEnded(span: Span | undefined): boolean {
  if (span === undefined || span.isRecording()) return false;
  const { isRemote, traceFlags } = span.spanContext();
  return isRemote !== true && (traceFlags & TraceFlags.SAMPLED) !== 0;
}

function endSpan(span: Span, { status, notModified, code }: FetchContext): void {
  if (status !== undefined) span.setAttribute(attributeNames.status, status);
  if (notModified !== undefined) span.setAttribute(attributeNames.notModified, notModified);
  if (code !== undefined) {
    span.setAttribute(attributeNames.error, code);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
