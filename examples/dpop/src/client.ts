import {
  allowInsecureRequests,
  type Client,
  ClientSecretBasic,
  clientCredentialsGrantRequest,
  customFetch,
  DPoP,
  type DPoPHandle,
  discoveryRequest,
  generateKeyPair,
  isDPoPNonceError,
  processClientCredentialsResponse,
  processDiscoveryResponse,
  protectedResourceRequest,
} from 'oauth4webapi';
import { credentials } from './authorization-server.ts';

/** A request as it was sent, and the status of its answer. */
export interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
}

// http is for loopback, as in this example.
const insecure = { [allowInsecureRequests]: true } as const;

/** A client with a key pair, whose tokens only it can use. */
export class OrdersClient {
  readonly #client: Client = { client_id: credentials.client_id };
  readonly #issuer: string;
  #handle: DPoPHandle | undefined;
  #token = '';

  /** Every request to an API, in order. */
  readonly sent: Sent[] = [];

  constructor(issuer: string) {
    this.#issuer = issuer;
  }

  get token(): string {
    return this.#token;
  }

  /** Generates a key pair, and requests a token that is bound to it. */
  async connect(): Promise<void> {
    const issuer = new URL(this.#issuer);
    const server = await processDiscoveryResponse(
      issuer,
      await discoveryRequest(issuer, { algorithm: 'oidc', ...insecure }),
    );
    const handle = DPoP(this.#client, await generateKeyPair('ES256'));
    this.#handle = handle;
    const { access_token } = await retryWithNonce(async () => {
      const response = await clientCredentialsGrantRequest(
        server,
        this.#client,
        ClientSecretBasic(credentials.client_secret),
        { scope: 'read:orders' },
        { DPoP: handle, ...insecure },
      );
      return processClientCredentialsResponse(server, this.#client, response);
    });
    this.#token = access_token;
  }

  /** Requests a route of an API, with a new proof for each request. */
  async get(url: string): Promise<unknown> {
    const request = async (): Promise<Response> =>
      protectedResourceRequest(this.#token, 'GET', new URL(url), undefined, undefined, {
        ...(this.#handle !== undefined && { DPoP: this.#handle }),
        [customFetch]: (target, { method, headers }) => this.#send(target, method, headers),
        ...insecure,
      });
    return (await retryWithNonce(request)).json();
  }

  async #send(url: string, method: string, headers: Record<string, string>): Promise<Response> {
    const response = await fetch(url, { method, headers });
    this.sent.push({ headers, status: response.status });
    return response;
  }
}

// oauth4webapi keeps the nonce of the answer; the application sends the request again.
async function retryWithNonce<TResult>(request: () => Promise<TResult>): Promise<TResult> {
  try {
    return await request();
  } catch (error) {
    if (!isDPoPNonceError(error)) throw error;
    return request();
  }
}
