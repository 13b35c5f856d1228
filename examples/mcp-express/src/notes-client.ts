import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import type { LoginClient } from '@verifier/test-issuer';

/** An unmodified client of the MCP SDK. It knows the URL of the server, and how to let its user log in. */
export class NotesClient {
  readonly #url: URL;
  readonly #login: LoginClient;
  #client = new Client({ name: 'notes-client', version: '1.0.0' });
  #transport: StreamableHTTPClientTransport;

  constructor(url: string, login: LoginClient) {
    this.#url = new URL(url);
    this.#login = login;
    this.#transport = this.#createTransport();
  }

  /** Connects. Returns whether the user logged in first. */
  async connect(): Promise<boolean> {
    if (await this.#isAuthorized(() => this.#client.connect(this.#transport))) return false;
    this.#client = new Client({ name: 'notes-client', version: '1.0.0' });
    this.#transport = this.#createTransport();
    await this.#client.connect(this.#transport);
    return true;
  }

  /** Calls a tool, after another login if the token does not have its scope. Returns the text of its result. */
  async call(name: string, args: Record<string, unknown> = {}): Promise<string> {
    let text = '';
    const call = async (): Promise<void> => {
      const { content } = await this.#client.callTool({ name, arguments: args });
      text = content[0]?.type === 'text' ? content[0].text : '';
    };
    if (!(await this.#isAuthorized(call))) await call();
    return text;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #isAuthorized(attempt: () => Promise<void>): Promise<boolean> {
    try {
      await attempt();
      return true;
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error;
      // The user has logged in meanwhile: exchange the code for a token.
      await this.#transport.finishAuth(this.#login.response);
      return false;
    }
  }

  #createTransport(): StreamableHTTPClientTransport {
    return new StreamableHTTPClientTransport(this.#url, { authProvider: Object(this.#login) });
  }
}
