import { notSecure, urlFault } from '../http/secure-url.ts';
import { copyOptions } from '../lib/copy-options.ts';
import { deepFreeze } from '../token/frozen-token.ts';
import { hasControlCharacter, hasDotSegment } from '../token/issuer-identifier.ts';
import type { JsonValue } from '../token/verified-token.ts';
import { OptionReader } from './option-reader.ts';
import {
  booleanOption,
  contentOption,
  type OptionTable,
  type ReadContext,
  readOptions,
  required,
  type WithDefaults,
} from './option-record.ts';
import type { ResourceOptions } from './options.ts';
import { hasPlaceholder } from './placeholder.ts';

type Defaulted = 'url' | 'scopes' | 'metadata' | 'challengeScope' | 'mirrorAuthorizationServer';

/** The members of `resource`, with defaults applied. */
export type ResolvedResourceOptions = WithDefaults<ResourceOptions, Defaulted>;

const noMetadata: Readonly<Record<string, JsonValue>> = Object.freeze({});

/** The members of `resource`. */
export const resourceOptions: OptionTable<ResolvedResourceOptions> = {
  url: contentOption<string>({ default: required, separates: 'nothing' }, readUrl),
  scopes: contentOption<readonly string[]>({ default: Object.freeze([]), separates: 'nothing' }, readScopes),
  name: contentOption<string | undefined>({ default: undefined, separates: 'nothing' }, (reader, name) =>
    reader.text(name),
  ),
  documentation: contentOption<string | undefined>({ default: undefined, separates: 'nothing' }, readPage),
  policy: contentOption<string | undefined>({ default: undefined, separates: 'nothing' }, readPage),
  terms: contentOption<string | undefined>({ default: undefined, separates: 'nothing' }, readPage),
  authorizationServers: contentOption<readonly string[] | undefined>(
    { default: undefined, separates: 'nothing' },
    readServers,
  ),
  metadata: contentOption({ default: noMetadata, separates: 'nothing' }, readMetadata),
  challengeScope: contentOption<NonNullable<ResourceOptions['challengeScope']>>(
    { default: 'required', separates: 'nothing' },
    readChallengeScope,
  ),
  mirrorAuthorizationServer: booleanOption({ default: false, separates: 'nothing' }),
};

// Members of the document that have an option of their own (RFC 9728, section 2).
const ownOptions: Readonly<Record<string, string>> = {
  resource: 'url',
  authorization_servers: 'authorizationServers',
  scopes_supported: 'scopes',
  resource_name: 'name',
  resource_documentation: 'documentation',
  resource_policy_uri: 'policy',
  resource_tos_uri: 'terms',
};

/**
 * Reads the option `resource`; undefined if it is absent.
 *
 * @throws ConfigurationError for the first member that cannot be used.
 */
export function readResource(options: OptionReader, context: ReadContext): ResolvedResourceOptions | undefined {
  const value = options.raw('resource');
  if (value === undefined) return undefined;
  if (typeof value === 'string') {
    throw options.fault('resource', `must be an object: write { url: ${JSON.stringify(value)} }`);
  }
  const reader = new OptionReader(value, 'resource.', Object.keys(resourceOptions));
  return readOptions<ResolvedResourceOptions>(resourceOptions, reader, context);
}

// RFC 9728, section 1.2. The text is compared as written, so that nothing in it may have a second reading.
function readUrl(reader: OptionReader, name: string): string {
  const url = reader.text(name);
  if (url === undefined) {
    throw reader.fault(name, 'is missing: it is the URL of this API, such as https://api.example.com/orders');
  }
  const fault = resourceFault(url);
  if (fault !== undefined) throw reader.fault(name, fault);
  return url;
}

function resourceFault(url: string): string | undefined {
  if (hasPlaceholder(url)) return 'contains a placeholder: replace it with your own value';
  if (hasControlCharacter(url) || /[\s\\]/.test(url)) return 'contains a space, a backslash or a control character';
  const fault = urlFault(url, { allowLoopback: true, origins: [] });
  if (fault === notSecure) return 'must use https; http is for loopback. Write the URL that clients use';
  if (fault !== undefined) return fault;
  if (url.includes('#')) return 'must not have a fragment (RFC 9728, section 1.2): remove # and what follows';
  if (url.includes('@') && /^[^/]*\/\/[^/?]*@/.test(url)) return 'contains credentials';
  if (url.includes('/.well-known/oauth-protected-resource')) {
    return 'is the address of its metadata: remove /.well-known/oauth-protected-resource';
  }
  return hasDotSegment(url) ? 'contains a dot segment (. or ..) in its path, possibly encoded' : undefined;
}

function readScopes(reader: OptionReader, name: string): readonly string[] | undefined {
  const scopes = reader.texts(name);
  const wrong = scopes?.find((scope) => !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope));
  if (wrong !== undefined) throw reader.fault(name, `contains ${JSON.stringify(wrong)}, which is not one scope`);
  if (scopes?.includes('offline_access')) {
    throw reader.fault(
      name,
      "must not contain 'offline_access': clients request it from the authorization server, and no API requires it. Remove it",
    );
  }
  return scopes;
}

function readPage(reader: OptionReader, name: string): string | undefined {
  const url = reader.text(name);
  if (url === undefined || (URL.canParse(url) && /^https?:\/\//i.test(url))) return url;
  throw reader.fault(name, 'must be the absolute URL of a page');
}

function readServers(reader: OptionReader, name: string, context: ReadContext): readonly string[] | undefined {
  const servers = reader.texts(name, 'an array of issuer identifiers');
  const wrong = servers?.find((server) => !isAuthorizationServer(server, context));
  if (wrong !== undefined) {
    throw reader.fault(name, `contains ${JSON.stringify(wrong)}: an issuer identifier is an https URL without ? and #`);
  }
  return servers;
}

/** Whether clients can discover the metadata of an issuer (RFC 8414, section 2). */
export function isAuthorizationServer(issuer: string, { dangerouslyAllowInsecure }: ReadContext): boolean {
  if (/[?#\s]/.test(issuer)) return false;
  return urlFault(issuer, { allowLoopback: true, origins: dangerouslyAllowInsecure }) === undefined;
}

function readMetadata(reader: OptionReader, name: string): Readonly<Record<string, JsonValue>> | undefined {
  const value = reader.raw(name);
  if (value === undefined) return undefined;
  const copy = jsonCopy(value);
  if (copy === undefined)
    throw reader.fault(name, "must be an object of JSON values, such as { 'resource_name#de': 'Aufträge' }");
  for (const [member, content] of Object.entries(copy)) {
    const option = Object.hasOwn(ownOptions, member) ? ownOptions[member] : undefined;
    if (option !== undefined) throw reader.fault(name, `contains ${member}: write it as resource.${option}`);
    if (Array.isArray(content) && content.length === 0) {
      throw reader.fault(name, `contains ${member} as an empty array (RFC 9728, section 3.2): leave it out`);
    }
  }
  return copy;
}

function jsonCopy(value: unknown): Readonly<Record<string, JsonValue>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  try {
    return deepFreeze(JSON.parse(JSON.stringify(copyOptions(value))));
  } catch {
    return undefined;
  }
}

function readChallengeScope(reader: OptionReader, name: string): ResourceOptions['challengeScope'] {
  const value = reader.raw(name);
  if (value === undefined || value === false || value === 'required' || value === 'supported') return value;
  throw reader.fault(name, "must be 'required', 'supported' or false");
}

/** Whether a resource is an origin that is written with a slash at its end. */
export function hasSlashAtOrigin(url: string): boolean {
  return /^https?:\/\/[^/?]+\/$/i.test(url);
}
