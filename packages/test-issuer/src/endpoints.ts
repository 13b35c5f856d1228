/** Paths of the endpoints, below the path of the issuer. */
export const ENDPOINTS = {
  keys: '/v1/keys',
  token: '/v1/token',
  authorization: '/v1/authorize',
  login: '/v1/login',
} as const;
