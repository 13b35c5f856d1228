import type { ResourceOptions } from '@verifier/core';
import { type Answer, issuerPlaceholder } from '../answer.ts';
import type { Profile } from '../app.ts';
import type { ConformanceCase, HeaderList } from '../conformance-case.ts';
import * as expected from '../expected-answers.ts';
import { type SigningContext, signed } from '../token-builder.ts';

/** The option `resource` of the profile of that name. */
export const resource: ResourceOptions = {
  url: 'https://api.example/mcp',
  scopes: ['read:messages'],
  name: 'Messages',
  documentation: 'https://docs.example/messages',
  metadata: { 'resource_name#de': 'Nachrichten', authorization_details_types_supported: ['message'] },
};

const wellKnown = '/.well-known/oauth-protected-resource';
const path = `${wellKnown}/mcp`;
const methods = 'GET, HEAD, OPTIONS';

const document: Answer = {
  status: 200,
  wwwAuthenticate: [],
  retryAfter: 'absent',
  cacheControl: 'max-age=3600',
  mediaType: 'application/json',
  dpopNonce: 'absent',
  access: ['access-control-allow-origin: *'],
  body: JSON.stringify({
    resource: 'https://api.example/mcp',
    authorization_servers: [issuerPlaceholder],
    scopes_supported: ['read:messages'],
    bearer_methods_supported: ['header'],
    resource_name: 'Messages',
    resource_documentation: 'https://docs.example/messages',
    'resource_name#de': 'Nachrichten',
    authorization_details_types_supported: ['message'],
  }),
};

/** The document of a resource without other options. */
function documentOf(url: string): Answer {
  const body = { resource: url, authorization_servers: [issuerPlaceholder], bearer_methods_supported: ['header'] };
  return { ...document, body: JSON.stringify(body) };
}

const preflight: Answer = {
  ...document,
  status: 204,
  cacheControl: '',
  mediaType: '',
  access: [
    'access-control-allow-headers: *',
    `access-control-allow-methods: ${methods}`,
    'access-control-allow-origin: *',
    'access-control-max-age: 3600',
    `allow: ${methods}`,
  ],
  body: '',
};

const otherMethod: Answer = {
  ...document,
  status: 405,
  cacheControl: 'no-store',
  access: ['access-control-allow-origin: *', `allow: ${methods}`],
  body: '{"error":"invalid_request","error_description":"The metadata are read with GET"}',
};

const notFound: Answer = {
  ...document,
  status: 404,
  cacheControl: 'no-store',
  body: '{"error":"not_found","error_description":"There are no metadata of a resource here"}',
};

/** Adds parameters to the challenge of an answer. */
function withParameters(answer: Answer, parameters: string): Answer {
  return { ...answer, wwwAuthenticate: answer.wwwAuthenticate.map((challenge) => `${challenge}, ${parameters}`) };
}

const named = 'resource_metadata="https://api.example/.well-known/oauth-protected-resource/mcp"';
const basic = `scope="read:messages", ${named}`;

type Row = readonly [name: string, request: Partial<ConformanceCase>, answer: Answer];

function cases(profile: Profile, spec: string, rows: readonly Row[]): ConformanceCase[] {
  return rows.map(([name, request, answer]) => ({
    id: `${profile}/${name}`,
    spec,
    profile,
    ...request,
    expected: answer,
  }));
}

const bearer = (build = signed()): Partial<ConformanceCase> => ({
  headers: (context: SigningContext) => [['Authorization', `Bearer ${build(context)}`]],
});

const forged: HeaderList = [
  ['Host', 'forged-by-the-client.example:81'],
  ['X-Forwarded-Host', 'forged-by-the-client.example'],
  ['X-Forwarded-Proto', 'http'],
  ['X-Forwarded-Prefix', '/forged-by-the-client'],
  ['Forwarded', 'host=forged-by-the-client.example;proto=http'],
];

const section3 = 'RFC 9728, section 3.1';

const documents = cases('resource', section3, [
  ['get', { path }, document],
  ['head', { path, method: 'HEAD' }, { ...document, body: '' }],
  ['options', { path, method: 'OPTIONS' }, preflight],
  ['post', { path, method: 'POST', body: '{}', headers: [['Content-Type', 'application/json']] }, otherMethod],
  ['post-of-another-type', { path, method: 'POST', body: 'a', headers: [['Content-Type', 'a/b']] }, otherMethod],
  ['put', { path, method: 'PUT' }, otherMethod],
  ['delete', { path, method: 'DELETE' }, otherMethod],
  ['get-with-a-query', { path: `${path}?a=b` }, document],
  ['get-with-a-bad-token', { path, headers: [['Authorization', 'Bearer, Bearer']] }, document],
  ['get-with-a-good-token', { path, ...bearer() }, document],
  ['get-forged', { path, headers: forged }, document],
  ['preflight', { path, method: 'OPTIONS', headers: [['Access-Control-Request-Method', 'GET']] }, preflight],
  ['root', { path: wellKnown }, notFound],
  ['root-forged', { path: wellKnown, headers: forged }, notFound],
]);

const others = [
  ...cases('resource-at-origin', section3, [
    ['get', { path: wellKnown }, documentOf('https://api.example')],
    ['head', { path: wellKnown, method: 'HEAD' }, { ...documentOf('https://api.example'), body: '' }],
  ]),
  ...cases('resource-with-query', section3, [
    ['get', { path: `${path}?tenant=a` }, documentOf('https://api.example/mcp?tenant=a')],
    ['post', { path: `${path}?tenant=a`, method: 'POST' }, otherMethod],
    ['another-query', { path: `${path}?tenant=b` }, notFound],
    ['no-query', { path }, notFound],
    ['root', { path: wellKnown }, notFound],
  ]),
];

const section5 = 'RFC 9728, section 5.1; RFC 6750, section 3';
const all = 'scope="read:messages write:messages"';

const challenges = [
  ...cases('resource', section5, [
    ['nothing', {}, withParameters(expected.anonymous, basic)],
    ['nothing-forged', { headers: forged }, withParameters(expected.anonymous, basic)],
    ['malformed', { headers: [['Authorization', 'Bearer']] }, withParameters(expected.malformed, basic)],
    ['repeated', { headers: [['Authorization', 'Bearer a, Bearer b']] }, withParameters(expected.repeated, basic)],
    ['expired', bearer(signed({ exp: 1 })), withParameters(expected.expired, basic)],
    ['refused', bearer(signed({ aud: 'x' })), withParameters(expected.invalid, basic)],
    ['good', bearer(), expected.accepted()],
    ['scope-missing', { path: '/scoped-all', ...bearer() }, forRoute(all)],
    ['claims', { path: '/claims', ...bearer() }, withParameters(expected.claimsInsufficient, named)],
    ['public-route', { path: '/public' }, expected.open],
  ]),
  ...cases('resource-framework', section5, [
    ['nothing', {}, expected.handled(withParameters(expected.anonymous, basic), 'ERR_CREDENTIALS_MISSING')],
    ['scope-missing', { path: '/scoped-all', ...bearer() }, expected.handled(forRoute(all), 'ERR_SCOPE_INSUFFICIENT')],
    ['get', { path }, document],
  ]),
  ...cases('resource-at-origin', 'RFC 6750, section 3: scope is optional', [
    ['nothing', { path: '/scoped' }, withParameters(expected.anonymous, atOrigin())],
  ]),
];

function forRoute(scope: string): Answer {
  return withParameters(expected.scopeMissing(scope.slice('scope="'.length, -1)), named);
}

function atOrigin(): string {
  return `resource_metadata="https://api.example${wellKnown}"`;
}

/** The metadata of a resource, and the challenges that name it. */
export const resourceCases: readonly ConformanceCase[] = [...documents, ...others, ...challenges];
