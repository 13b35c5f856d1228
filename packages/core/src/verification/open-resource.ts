import { MirroredMetadata } from '../issuers/mirrored-metadata.ts';
import { warnOnce } from '../issuers/process-core.ts';
import type { TrustedIssuers } from '../issuers/trusted-issuers.ts';
import { resourceWarnings } from '../options/configuration-warnings.ts';
import type { ResolvedOptions } from '../options/resolve-options.ts';
import {
  describeResource,
  type ProtectedResource,
  type ProtectedResourceMetadata,
} from '../resource/protected-resource.ts';
import type { Runtime } from '../runtime/runtime.ts';

/**
 * Describes the resource of a verifier, and warns of a URL that clients may miss.
 *
 * @param binding - The members of its metadata about tokens that are bound to a key.
 * @returns undefined without the option `resource`.
 */
export function openResource(
  options: ResolvedOptions,
  issuers: TrustedIssuers,
  binding: ProtectedResourceMetadata['document'],
  runtime: Runtime,
): ProtectedResource | undefined {
  const { resource } = options;
  for (const { code, message } of resourceWarnings(resource)) warnOnce(runtime, message, code);
  return resource && describeResource(resource, new MirroredMetadata(options, issuers).get, binding);
}
