import type { TrustedIssuers } from '../issuers/trusted-issuers.ts';
import type { ResolvedOptions } from '../options/resolve-options.ts';
import type { AdviceSettings } from './refusal-advice.ts';

/** Returns what is configured for an issuer; for the only one if a token named none. */
export function adviceSettings(
  { issuers, maxTokenSize }: ResolvedOptions,
  trusted: TrustedIssuers,
  issuer: string | undefined,
): AdviceSettings {
  const configured = typeof issuers === 'function' ? undefined : issuers;
  const only = configured?.length === 1 ? configured[0]?.policy : undefined;
  return { issuers: configured, policy: trusted.findNow(issuer)?.policy ?? only, maxTokenSize };
}
