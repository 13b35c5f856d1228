const maxRedirects = 10;

/** Does what a browser does with an authorization request. Returns the parameters that the client receives. */
export async function logIn(authorizationUrl: URL, redirectUri: string): Promise<URLSearchParams> {
  const cookies = new Map<string, string>();
  let url = authorizationUrl;
  for (let count = 0; count < maxRedirects; count += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    await response.body?.cancel();
    for (const [, name = '', value = ''] of response.headers.getSetCookie().map((each) => parseCookie(each))) {
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`The authorization server answered ${response.status} for ${url}`);
    url = new URL(location, url);
    if (url.href.startsWith(redirectUri)) return url.searchParams;
  }
  throw new Error('The authorization server redirects without end');
}

function parseCookie(field: string): readonly string[] {
  return /^([^=]+)=([^;]*)/.exec(field) ?? [];
}
