import { ConfigurationError } from '../../errors.ts';
import { addressMatcher } from './address-list.ts';

/** The proxies that environment variables name. */
export interface ProxySettings {
  /** The proxy for http, and for https without a proxy of its own; empty if there is none. */
  readonly httpProxy: string;
  /** Empty if there is none. */
  readonly httpsProxy: string;
  /** The hosts that are reached directly, in the syntax of `NO_PROXY`. */
  readonly noProxy: string;
  /** Whether a URL has an address that is reached directly: loopback, or one of `NO_PROXY`. */
  readonly isDirect: (url: string) => boolean;
  /** The proxy for a URL, without its credentials; undefined if it is reached directly. */
  readonly proxyFor: (url: string) => string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const protocols: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:', 'socks:']);

/**
 * Reads the proxy variables. Loopback is always reached directly: http on loopback is not encrypted, so a proxy could
 * replace the keys.
 *
 * @returns undefined if no variable names a proxy.
 * @throws ConfigurationError that names the variable if it is not the URL of a proxy.
 */
export function readProxySettings(environment: Environment): ProxySettings | undefined {
  const httpProxy = readProxy(environment, 'HTTP_PROXY');
  const httpsProxy = readProxy(environment, 'HTTPS_PROXY');
  if (httpProxy === '' && httpsProxy === '') return undefined;
  const [, value = ''] = findVariable(environment, 'NO_PROXY') ?? [];
  const entries = value.split(/[\s,]+/).filter((entry) => entry !== '');
  // undici compares names; addresses and their ranges are compared here.
  const hasAddress = addressMatcher(['127.0.0.0/8', '::1', ...entries], () => undefined);
  const names = ['localhost', ...entries];
  const isDirect = (url: string): boolean => hasAddress(new URL(url).hostname);
  return {
    httpProxy,
    httpsProxy,
    noProxy: names.join(','),
    isDirect,
    proxyFor: (url) => {
      const target = new URL(url);
      if (isDirect(url) || names.some((name) => isNamed(target, name))) return undefined;
      // undici uses the proxy for http if https has none.
      return placeOf(target.protocol === 'https:' && httpsProxy !== '' ? httpsProxy : httpProxy);
    },
  };
}

// As undici compares them: a host and its subdomains, a port if there is one.
function isNamed({ hostname, port, protocol }: URL, entry: string): boolean {
  const [, name = entry, entryPort] = /^([^:]+):(\d+)$/.exec(entry) ?? [];
  const usedPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  if (entryPort !== undefined && entryPort !== usedPort) return false;
  const host = hostname.replace(/\.$/, '');
  const domain = name.replace(/^\*?\./, '').toLowerCase();
  return name === '*' || (host === domain && !name.startsWith('*')) || host.endsWith(`.${domain}`);
}

function placeOf(proxy: string): string | undefined {
  if (proxy === '') return undefined;
  const { protocol, host } = new URL(proxy);
  return `${protocol}//${host}`;
}

// The lower-case name counts first, as for curl and undici.
function findVariable(environment: Environment, name: string): readonly [name: string, value: string] | undefined {
  for (const each of [name.toLowerCase(), name]) {
    const value = Object.hasOwn(environment, each) ? environment[each] : undefined;
    if (value !== undefined) return [each, value.trim()];
  }
  return undefined;
}

function readProxy(environment: Environment, variable: string): string {
  const [name, value = ''] = findVariable(environment, variable) ?? [];
  if (value === '') return '';
  // As for curl, http is the default.
  const hasScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(value);
  const text = hasScheme ? value : `http://${value}`;
  if (URL.canParse(text) && isProxy(new URL(text), hasScheme)) return new URL(text).href;
  // Without the value, which may contain a password.
  throw new ConfigurationError(
    `The environment variable ${name} must name a proxy, such as http://proxy.example:8080; http, https and socks5 are supported`,
  );
}

// URL parsing accepts a name in quotes, and takes a second or a broken scheme for the name of a host.
function isProxy({ protocol, hostname, pathname, username, password }: URL, hasScheme: boolean): boolean {
  const isHost = /^(?:[\w.-]+|\[[\da-f:.]+\])$/i.test(hostname);
  const isPath = hasScheme ? !pathname.startsWith('//') : pathname === '/';
  return protocols.has(protocol) && isHost && isPath && isPercentEncoded(username) && isPercentEncoded(password);
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
