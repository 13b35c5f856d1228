import type { ClientCertificateHeader } from '../options/binding-options.ts';

/** The options of the functions for proxies. */
export interface ProxyCertificateOptions extends Pick<ClientCertificateHeader, 'trustedProxy' | 'verified'> {
  /** The name of the header that your configuration of the proxy sets. */
  readonly header?: string;
}

/**
 * Reads the certificate from `Client-Cert` (RFC 9440). The proxy must remove that header from what a client sends.
 *
 * @example
 * ```ts
 * import { createVerifier, rfc9440 } from '@verifier/core';
 *
 * export const verifier = createVerifier({
 *   issuer: 'https://login.example.com',
 *   audience: 'https://api.example.com',
 *   mtls: { certificate: rfc9440({ trustedProxy: ['10.0.0.0/8'] }) },
 * });
 * ```
 */
export function rfc9440(options: ProxyCertificateOptions): ClientCertificateHeader {
  return { header: 'client-cert', format: 'rfc9440', ...options };
}

/**
 * Reads the certificate from `x-forwarded-client-cert` of Envoy or Istio: the last element, which the nearest Envoy wrote.
 * Envoy must have `forward_client_cert_details: SANITIZE_SET` (or `APPEND_FORWARD`), and `set_current_client_cert_details`
 * with `cert: true`. With `FORWARD_ONLY` the header is that of the client.
 *
 * @example
 * ```ts
 * import { createVerifier, envoy } from '@verifier/core';
 *
 * export const verifier = createVerifier({
 *   issuer: 'https://login.example.com',
 *   audience: 'https://api.example.com',
 *   mtls: { certificate: envoy({ trustedProxy: ['10.0.0.0/8'] }) },
 * });
 * ```
 */
export function envoy(options: ProxyCertificateOptions): ClientCertificateHeader {
  return { header: 'x-forwarded-client-cert', format: 'xfcc', ...options };
}

/**
 * Reads the certificate from `ssl-client-cert`, as the ingress of Kubernetes sends it, or nginx with
 * `proxy_set_header ssl-client-cert $ssl_client_escaped_cert`. `$ssl_client_fingerprint` is a SHA-1 and cannot be used.
 *
 * @example
 * ```ts
 * import { createVerifier, nginx } from '@verifier/core';
 *
 * export const verifier = createVerifier({
 *   issuer: 'https://login.example.com',
 *   audience: 'https://api.example.com',
 *   mtls: { certificate: nginx({ trustedProxy: ['10.0.0.0/8'], verified: 'ssl-client-verify' }) },
 * });
 * ```
 */
export function nginx(options: ProxyCertificateOptions): ClientCertificateHeader {
  return { header: 'ssl-client-cert', format: 'pem-urlencoded', ...options };
}

/**
 * Reads the certificate from `Client-Cert`, which HAProxy sets with
 * `http-request set-header client-cert ":%[ssl_c_der,base64]:"`.
 *
 * @example
 * ```ts
 * import { createVerifier, haproxy } from '@verifier/core';
 *
 * export const verifier = createVerifier({
 *   issuer: 'https://login.example.com',
 *   audience: 'https://api.example.com',
 *   mtls: { certificate: haproxy({ trustedProxy: ['10.0.0.5'] }) },
 * });
 * ```
 */
export function haproxy(options: ProxyCertificateOptions): ClientCertificateHeader {
  return rfc9440(options);
}

/**
 * Reads the certificate from `X-Amzn-Mtls-Clientcert-Leaf` of an Application Load Balancer in the mode "verify".
 *
 * @example
 * ```ts
 * import { alb, createVerifier } from '@verifier/core';
 *
 * export const verifier = createVerifier({
 *   issuer: 'https://login.example.com',
 *   audience: 'https://api.example.com',
 *   mtls: { certificate: alb({ trustedProxy: ['10.0.0.0/16'] }) },
 * });
 * ```
 */
export function alb(options: ProxyCertificateOptions): ClientCertificateHeader {
  return { header: 'x-amzn-mtls-clientcert-leaf', format: 'pem-urlencoded', ...options };
}

/**
 * Reads the certificate from `Client-Cert`, which a transform rule of Cloudflare sets to `cf.tls_client_auth.cert_rfc9440`.
 * Cloudflare fills that field for certificates that it did not verify, too: limit the rule to
 * `cf.tls_client_auth.cert_verified and not cf.tls_client_auth.cert_revoked`, and remove the header from all other requests.
 *
 * @example
 * ```ts
 * import { cloudflare, createVerifier } from '@verifier/core';
 *
 * export const verifier = createVerifier({
 *   issuer: 'https://login.example.com',
 *   audience: 'https://api.example.com',
 *   mtls: { certificate: cloudflare({ trustedProxy: ['173.245.48.0/20'] }) },
 * });
 * ```
 */
export function cloudflare(options: ProxyCertificateOptions): ClientCertificateHeader {
  return rfc9440(options);
}
