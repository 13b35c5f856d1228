/** Ways to write `/api/orders` that a router or a proxy may take for it. */
export const pathSpellings: readonly string[] = Object.freeze([
  '/api/orders',
  '/API/ORDERS',
  '/api/orders/',
  '/api//orders',
  '//api/orders',
  '/api/./orders',
  '/x/../api/orders',
  '/api/%6frders',
  '/%61pi/orders',
  '/api%2Forders',
  '/api/orders%2F',
  '/api/orders;a=b',
  '/api/orders?a=b',
  '/api/%zz',
]);
