import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type AdapterHarness, type Answer, conformanceCases, recordAnswers } from '../src/index.ts';
import { findLeaks } from '../src/leaks.ts';

/** Returns an adapter that gives the same answer to every request. */
function constantHarness(answer: (response: ServerResponse) => void): AdapterHarness {
  return {
    start: async () => {
      const server = createServer({ maxHeaderSize: 65_536 }, (_request, response) => answer(response));
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      const { port }: AddressInfo = Object(server.address());
      return {
        origin: `http://127.0.0.1:${port}`,
        close: async () => {
          server.closeAllConnections();
          server.close();
        },
      };
    },
  };
}

describe('the table of cases', () => {
  it('has unique case ids', () => {
    const ids = conformanceCases.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('expects a challenge with each 400, 401 and 403, and with no other status', () => {
    for (const { id, expected } of conformanceCases) {
      expect([id, expected.wwwAuthenticate.length]).toEqual([id, [400, 401, 403].includes(expected.status) ? 1 : 0]);
    }
  });

  it('expects challenges that are one header line of printable ASCII with balanced quotes', () => {
    const quoted = /"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"/;
    const parameter = `\\w+=${quoted.source}`;
    const challenge = `(?:Bearer|DPoP) ${parameter}(?:, ${parameter})*`;
    const syntax = new RegExp(`^${challenge}(?:, ${challenge})*$`);
    for (const { expected } of conformanceCases) {
      for (const line of expected.wwwAuthenticate) expect(line).toMatch(syntax);
    }
  });
});

describe('an adapter that does not conform', () => {
  const mismatches = async (answer: (response: ServerResponse) => void): Promise<string[]> => {
    const recorded: Record<string, Answer> = await recordAnswers(constantHarness(answer));
    const differs = ({ id, expected }: { id: string; expected: Answer }): boolean =>
      JSON.stringify(recorded[id]) !== JSON.stringify(reordered(expected));
    return conformanceCases.filter(differs).map(({ id }) => id);
  };
  // JSON.stringify compares members in order, so this is the order of recorded answers.
  const reordered = ({ access, ...answer }: Answer): Answer => ({
    status: answer.status,
    wwwAuthenticate: answer.wwwAuthenticate,
    retryAfter: answer.retryAfter,
    cacheControl: answer.cacheControl,
    access,
    dpopNonce: answer.dpopNonce,
    mediaType: answer.mediaType,
    body: answer.body,
  });

  it('fails every refusal if it accepts every request', async () => {
    const open = await mismatches((response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"granted":true}');
    });
    const refusals = conformanceCases.filter(({ expected }) => expected.status !== 200);
    expect(open).toEqual(expect.arrayContaining(refusals.map(({ id }) => id)));
  });

  it('fails every case if it refuses every request', async () => {
    const closed = await mismatches((response) => {
      response.writeHead(401, { 'Content-Type': 'application/json', 'WWW-Authenticate': 'Bearer' }).end('{}');
    });
    expect(closed).toHaveLength(conformanceCases.length);
  });
});

describe('a leak', () => {
  const request = {
    method: 'GET',
    path: '/',
    headers: [['Authorization', 'Bearer aaaa.bbbbbbbbbbbbbbbbbbbb.cccc']],
  } as const;

  it.each([
    ['a part of the token in the body', [], 'see bbbbbbbbbbbbbbbbbbbb'],
    ['a part of the token in a header', [['WWW-Authenticate', 'Bearer x="bbbbbbbbbbbbbbbbbbbb"']], ''],
    ['a header that the request named', [['x-injected', '1']], ''],
    ['a stack', [], 'Error: x\n    at file.js'],
    ['the text of validate', [], 'rejected because of'],
  ] as const)('is found: %s', (_name, headers, body) => {
    expect(findLeaks(request, { status: 401, headers, body })).not.toEqual([]);
  });

  it('is not found in an answer without one', () => {
    expect(
      findLeaks(request, { status: 401, headers: [['WWW-Authenticate', 'Bearer realm="api"']], body: '{}' }),
    ).toEqual([]);
  });
});
