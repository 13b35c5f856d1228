/** A request that could not be sent because the HTTP library could not be loaded. */
export class HttpLibraryError extends Error {}
