import type { AuthorizationServer } from './authorization-server.ts';
import { logIn } from './log-in.ts';

interface Tokens {
  readonly access_token: string;
  readonly token_type: string;
}

/**
 * An `authProvider` for clients of the MCP SDK, version 1 and 2. Its user logs in at once, and the application passes
 * `response` to `finishAuth` of the transport.
 */
export class LoginClient<TTokens extends Tokens = Tokens> {
  /** The scopes of each login, as requested. */
  readonly logins: (string | null)[] = [];
  /** The parameters that the last login returned to the client. */
  response: URLSearchParams = new URLSearchParams();
  readonly redirectUrl: string;
  readonly clientMetadata: { redirect_uris: string[]; token_endpoint_auth_method: string };
  readonly #credentials: AuthorizationServer['clients'][number] | undefined;
  #tokens: TTokens | undefined;
  #verifier = '';
  #discovered: unknown;

  /** @param server - One with a `redirectUri`. */
  constructor({ redirectUri = '', clients }: Pick<AuthorizationServer, 'redirectUri' | 'clients'>) {
    this.redirectUrl = redirectUri;
    this.clientMetadata = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'client_secret_basic' };
    this.#credentials = clients[0];
  }

  clientInformation(): { client_id: string; client_secret: string } | undefined {
    return this.#credentials;
  }

  tokens(): TTokens | undefined {
    return this.#tokens;
  }

  saveTokens(tokens: TTokens): void {
    this.#tokens = tokens;
  }

  async redirectToAuthorization(url: URL): Promise<void> {
    this.logins.push(url.searchParams.get('scope'));
    this.response = await logIn(url, this.redirectUrl);
  }

  saveDiscoveryState(state: unknown): void {
    this.#discovered = state;
  }

  // biome-ignore lint/suspicious/noExplicitAny: its type belongs to the SDK.
  discoveryState(): any {
    return this.#discovered;
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  codeVerifier(): string {
    return this.#verifier;
  }
}
