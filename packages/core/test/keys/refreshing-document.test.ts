import { describe, expect, it } from 'vitest';
import { UnavailableError } from '../../src/errors.ts';
import type { LocatedDocument } from '../../src/http/document-client.ts';
import { DocumentError } from '../../src/http/document-error.ts';
import type { RefreshSettings } from '../../src/keys/refresh-policy.ts';
import { RefreshingDocument } from '../../src/keys/refreshing-document.ts';
import type { DocumentStore, StoredDocument } from '../../src/store/document-store.ts';
import { MemoryDocumentStore } from '../../src/store/memory-document-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { now } from '../support/sign-token.ts';

const url = 'https://issuer.example/document';
const settings: RefreshSettings = { ttl: 600, refreshAhead: 0.8, staleFor: 1800 };

interface Content {
  readonly version: number;
}

function fetched(version: number, etag = `"${version}"`): LocatedDocument {
  const json = { version };
  return { url, etag, json, text: JSON.stringify(json), unchanged: false, cacheControl: null, age: null };
}

function notModified(etag: string): LocatedDocument {
  return { url, etag, json: undefined, text: undefined, unchanged: true, cacheControl: null, age: null };
}

function parse(json: unknown): Content {
  const { version } = json as Content;
  if (version < 0) throw new UnavailableError('ERR_KEY_SET_INVALID', 'The document is not usable');
  return { version };
}

function open(over: Partial<RefreshSettings> = {}, store: DocumentStore = new MemoryDocumentStore()) {
  const clock = new FakeClock();
  const copies: (StoredDocument | undefined)[] = [];
  const replaced: (number | undefined)[][] = [];
  const events: string[] = [];
  const answers: (LocatedDocument | Error)[] = [];
  const document = new RefreshingDocument<Content>({
    request: async (copy) => {
      copies.push(copy);
      const answer = answers.shift() ?? new DocumentError('network', 'The connection failed');
      if (answer instanceof Error) throw answer;
      return answer;
    },
    parse,
    replaced: (next, previous) => replaced.push([previous?.version, next.version]),
    settings: { ...settings, ...over },
    store,
    storeKey: 'document',
    clock,
    random: () => 0.5,
    runtime: { sharesPromises: true, schedule: () => undefined },
    listener: {
      refreshed: () => events.push('refreshed'),
      failed: ({ code }, failures) => events.push(`${code} ${failures}`),
      outageEntered: () => events.push('outage'),
      outageLeft: () => events.push('outage left'),
    },
    longestFetch: 21,
    unavailable: { code: 'ERR_DISCOVERY_FAILED', message: 'The document cannot be fetched' },
  });
  const refresh = (answer?: LocatedDocument | Error) => {
    if (answer !== undefined) answers.push(answer);
    return document.fetch('life');
  };
  return { document, store, clock, copies, replaced, events, answers, refresh };
}

describe('a refreshing document and its store', () => {
  it('stores the text and the validators of the document that it loaded', async () => {
    const { store, refresh, clock } = open();
    clock.advance(10);
    await refresh(fetched(1));
    expect(store.get('document')).toEqual({ url, etag: '"1"', fetchedAt: now + 10, life: 600, body: '{"version":1}' });
  });

  it('requests a loaded document conditionally, and a 304 confirms it', async () => {
    const { document, store, refresh, clock, copies, replaced } = open();
    await refresh(fetched(1));
    const value = document.valueNow(undefined);
    clock.advance(500);
    await refresh(notModified('"1"'));
    expect(copies.map((copy) => copy?.etag)).toEqual([undefined, '"1"']);
    expect(document.valueNow(undefined)).toBe(value);
    expect(replaced).toEqual([[undefined, 1]]);
    expect(store.get('document')).toMatchObject({ fetchedAt: now + 500, body: '{"version":1}' });
  });

  it('does not store a document that it rejects, so that no 304 can confirm it', async () => {
    const { document, store, refresh, copies } = open();
    await refresh(fetched(1));
    expect(await refresh(fetched(-1))).toBe('failed');
    expect(store.get('document')).toMatchObject({ etag: '"1"' });
    await refresh(notModified('"1"'));
    expect(copies[2]).toMatchObject({ etag: '"1"' });
    expect(document.valueNow(undefined)).toEqual({ version: 1 });
  });

  it('parses the copy that a 304 confirms if another process stored it', async () => {
    const { document, store, refresh, replaced } = open();
    await refresh(fetched(1));
    await store.set('document', { url, etag: '"2"', fetchedAt: now, life: 600, body: '{"version":2}' });
    await refresh(notModified('"2"'));
    expect(document.valueNow(undefined)).toEqual({ version: 2 });
    expect(replaced).toEqual([
      [undefined, 1],
      [1, 2],
    ]);
  });

  it('requests unconditionally after clear()', async () => {
    const { document, refresh, copies } = open();
    await refresh(fetched(1));
    document.clear();
    expect(document.stats()).toMatchObject({ value: undefined, phase: 'absent', age: null });
    await refresh(fetched(2));
    expect(copies).toEqual([undefined, undefined]);
  });

  it('confirms a document with a 304 although the store returns copies, and answers later', async () => {
    const memory = new MemoryDocumentStore();
    const { document, refresh, copies, replaced } = open(
      { ttl: undefined },
      {
        get: async (key) => structuredClone(memory.get(key)),
        set: async (key, stored) => memory.set(key, stored),
      },
    );
    await refresh({ ...fetched(1), cacheControl: 'max-age=3000' });
    await refresh(notModified('"1"'));
    expect(copies[1]).toMatchObject({ etag: '"1"' });
    expect(replaced).toEqual([[undefined, 1]]);
    // RFC 9111, section 4.3.4: without cache headers the life stays as it was.
    expect(memory.get('document')).toMatchObject({ life: 3000 });
    expect(document.stats()).toMatchObject({ refreshes: 2, phase: 'fresh' });
  });
});

describe('the result of a request', () => {
  it('that fails becomes the cause of an UnavailableError for each caller', async () => {
    const { document } = open();
    const errors = await Promise.all([document.load(undefined), document.load(undefined)].map(rejection));
    expect(errors[0]).toMatchObject({ code: 'ERR_DISCOVERY_FAILED', cause: { fault: 'network' } });
    expect(errors[1]).toMatchObject({ code: 'ERR_DISCOVERY_FAILED' });
    expect(errors[1]).not.toBe(errors[0]);
  });

  it('is published with outages', async () => {
    const { refresh, events } = open();
    await refresh();
    await refresh(fetched(1));
    expect(events).toEqual(['ERR_DISCOVERY_FAILED 1', 'outage', 'refreshed', 'outage left']);
  });

  it('is ignored after close()', async () => {
    const { document, refresh, events, store } = open();
    const flight = refresh(fetched(1));
    document.close();
    expect(await flight).toBe('overtaken');
    expect(events).toEqual([]);
    expect(store.get('document')).toBeUndefined();
    expect(document.valueNow(undefined)).toBeUndefined();
    expect(() => document.load(undefined)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
  });
});

describe('the settings of metadata', () => {
  const metadata = { usesStale: true, retry: 60, staleFor: Number.POSITIVE_INFINITY };

  it('delay no request after an idle period', async () => {
    for (const [over, value] of [
      [metadata, { version: 1 }],
      [{}, undefined],
    ] as const) {
      const { document, refresh, clock, answers } = open(over);
      await refresh(fetched(1));
      clock.advance(1500);
      answers.push(fetched(2));
      expect(document.valueNow(undefined)).toEqual(value);
    }
  });

  it('retry a failed refresh after about a minute, and back off exponentially before the first success', async () => {
    const { document, refresh, clock, copies, answers } = open(metadata);
    await refresh();
    clock.advance(1);
    answers.push(fetched(1));
    expect(await document.load(undefined)).toEqual({ version: 1 });
    clock.advance(500);
    await refresh();
    const { length } = copies;
    clock.advance(50);
    document.valueNow(undefined);
    expect(copies).toHaveLength(length);
    clock.advance(10);
    document.valueNow(undefined);
    expect(copies).toHaveLength(length + 1);
  });
});

function rejection(work: Content | Promise<Content>): Promise<unknown> {
  return Promise.resolve(work).catch((error: unknown) => error);
}
