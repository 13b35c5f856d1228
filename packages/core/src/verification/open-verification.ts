import { type OpenedBinding, openBinding } from '../binding/open-binding.ts';
import { openIssuers } from '../issuers/open-issuers.ts';
import { sharedSignaturePool, sharedTokenCache, warnOfRefusals, warnOnce } from '../issuers/process-core.ts';
import type { TokenCache } from '../issuers/token-cache.ts';
import type { TrustedIssuers } from '../issuers/trusted-issuers.ts';
import { debugOutput } from '../observability/debug-output.ts';
import { isolateListener } from '../observability/isolate-listener.ts';
import { observeEvents } from '../observability/observe-events.ts';
import { emptyCounters } from '../observability/stats.ts';
import { TimingMetrics } from '../observability/timing-metrics.ts';
import { VerificationMetrics } from '../observability/verification-metrics.ts';
import { dpopWarnings } from '../options/configuration-warnings.ts';
import type { ResolvedOptions } from '../options/resolve-options.ts';
import type { CredentialsOptions } from '../request/credentials.ts';
import type { ProtectedResource } from '../resource/protected-resource.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { IdTokenVerifier } from './id-token-verifier.ts';
import { JwtVerifier } from './jwt-verifier.ts';
import { openResource } from './open-resource.ts';
import { adviceSettings, adviseOn } from './refusal-advice.ts';
import { SignatureVerifier } from './signature-verifier.ts';
import type { TokenVerifier } from './token-verifier.ts';

/** The parts of one verifier. */
export interface Verification extends Omit<OpenedBinding, 'metadata'> {
  readonly issuers: TrustedIssuers;
  readonly credentials: CredentialsOptions;
  /** Undefined without the option `resource`. */
  readonly resource: ProtectedResource | undefined;
  /** Undefined if the application turned the cache off. */
  readonly tokens: TokenCache | undefined;
  readonly tokenVerifier: TokenVerifier;
  readonly idTokenVerifier: IdTokenVerifier;
  readonly metrics: VerificationMetrics;
  readonly timings: TimingMetrics;
}

/** Opens the parts of one verifier, over those that its process shares. */
export function openVerification(options: ResolvedOptions, runtime: Runtime): Verification {
  const { clock, debug, hooks, tokenCache } = options;
  const publish = isolateListener('onEvent', hooks.onEvent, runtime, clock);
  const timings = new TimingMetrics(runtime, clock);
  const counters = emptyCounters();
  const listener = observeEvents({ publish, timings, counters, runtime: debug ? runtime : undefined });
  const issuers = openIssuers(options, listener, runtime);
  const metrics = new VerificationMetrics({
    publish,
    runtime,
    timings,
    counters,
    clock,
    log: isolateListener('log', hooks.log, runtime, clock),
    channel: runtime.tracingChannel('@verifier/core:authenticate'),
    namesIssuers: typeof options.issuers !== 'function',
    output: debugOutput(runtime, debug),
    warn: (message) => warnOfRefusals(runtime, message),
    advise: (error, issuer) => adviseOn(error, adviceSettings(options, issuers, issuer)),
  });
  const tokens = tokenCache === false ? undefined : sharedTokenCache(tokenCache.maxEntries);
  const signatures = new SignatureVerifier({ issuers, timings, counters, pool: sharedSignaturePool(), runtime });
  for (const { code, message } of dpopWarnings(options.dpop)) warnOnce(runtime, message, code);
  const { binding, advertised, metadata } = openBinding(options, runtime, counters.proofs);
  const credentials = {
    maxTokenSize: options.maxTokenSize,
    getToken: hooks.getToken,
    acceptsDpop: options.dpop !== undefined,
  };
  const resource = openResource(options, issuers, metadata, runtime);
  const tokenVerifier = new JwtVerifier({ options, issuers, signatures, tokens, metrics, runtime, binding });
  const idTokenVerifier = new IdTokenVerifier({ options, signatures, runtime });
  return {
    issuers,
    credentials,
    resource,
    tokens,
    binding,
    advertised,
    tokenVerifier,
    idTokenVerifier,
    metrics,
    timings,
  };
}
