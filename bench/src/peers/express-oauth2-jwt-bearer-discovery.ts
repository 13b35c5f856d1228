export { openByDiscovery as open } from './express-oauth2-jwt-bearer.ts';
