/** A request to the authorization server: `acr_values`, `max_age` and `scope` of the challenge. */
export type LoginRequest = Readonly<Record<string, string | undefined>>;

/** The tokens of one user. */
export interface Session {
  token: string;
  /** Lets the user log in, and returns the new access token. */
  login(request: LoginRequest): Promise<string>;
}

/** Sends a request. If the API requires another login, the user logs in, and the request is sent once more. */
export async function fetchWithStepUp(url: string, init: RequestInit, session: Session): Promise<Response> {
  const send = (): Promise<Response> =>
    fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${session.token}` } });
  const response = await send();
  const { error, acr_values, max_age, scope } = parametersOf(response);
  if (error !== 'insufficient_user_authentication') return response;
  await response.body?.cancel();
  session.token = await session.login({ acr_values, max_age, scope });
  return send();
}

function parametersOf(response: Response): Readonly<Record<string, string>> {
  const challenge = response.headers.get('www-authenticate') ?? '';
  return Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );
}
