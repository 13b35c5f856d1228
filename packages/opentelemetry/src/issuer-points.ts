import type { IssuerStats } from '@verifier/core';
import { attributeNames } from './attributes.ts';
import type { Point } from './point.ts';

type DocumentCounts = Pick<IssuerStats, 'contactsSaved' | 'failures' | 'refreshes'>;

/** Returns what the statistics say about one issuer. */
export function issuerPoints(name: string, stats: IssuerStats): Point[] {
  const attributes = { [attributeNames.issuer]: name };
  const { age, keySetLife, keys, outage, metadata } = stats;
  const points: Point[] = [
    { metric: 'verifier.key_set.keys', value: keys, attributes },
    { metric: 'verifier.outage', value: outage ? 1 : 0, attributes },
    ...documentPoints(name, 'keys', stats),
  ];
  if (age !== null) points.push({ metric: 'verifier.key_set.age', value: age, attributes });
  if (keySetLife !== null) points.push({ metric: 'verifier.key_set.life', value: keySetLife, attributes });
  if (metadata !== null) points.push(...documentPoints(name, 'metadata', metadata));
  return points;
}

function documentPoints(name: string, document: 'keys' | 'metadata', counts: DocumentCounts): Point[] {
  const { contactsSaved, refreshes, failures } = counts;
  const point = (metric: Point['metric'], value: number, result: string): Point => {
    const { issuer, document: documentName, result: resultName } = attributeNames;
    return { metric, value, attributes: { [issuer]: name, [documentName]: document, [resultName]: result } };
  };
  return [
    point('verifier.key_set.refreshes', refreshes, 'success'),
    point('verifier.key_set.refreshes', failures, 'failure'),
    point('verifier.key_set.lookups', contactsSaved, 'hit'),
    point('verifier.key_set.lookups', refreshes + failures, 'miss'),
  ];
}
