import type { ConformanceApp, Profile } from '../app.ts';
import { nonceRotation, nonceSecret, publicUrl } from '../proof-builder.ts';
import { cacheable } from './profiles.ts';

const dpop = { publicUrl, algorithms: ['ES256', 'EdDSA'] } as const;

/** The options of the profiles in which tokens may be bound to a key or to a certificate. */
export const boundApps: { readonly [Name in Profile]?: Partial<ConformanceApp> } = {
  dpop: { dpop },
  'dpop-require': { dpop: { ...dpop, mode: 'require' } },
  'dpop-nonce': {
    dpop: { ...dpop, nonce: { secret: nonceSecret, rotation: nonceRotation } },
    cacheControl: cacheable,
  },
  'dpop-optional': { dpop, optional: true },
  'dpop-framework': {
    dpop: { ...dpop, nonce: { secret: nonceSecret, rotation: nonceRotation } },
    onError: 'framework',
  },
  'dpop-store-down': { dpop, isStoreDown: true },
  mtls: { certificate: { header: 'client-cert', format: 'rfc9440' } },
  'mtls-require': {
    certificate: { header: 'ssl-client-cert', format: 'pem-urlencoded', verified: 'ssl-client-verify' },
    requiresCertificate: true,
  },
  'mtls-xfcc': { certificate: { header: 'x-forwarded-client-cert', format: 'xfcc' } },
};
