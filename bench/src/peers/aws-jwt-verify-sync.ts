export { openSync as open } from './aws-jwt-verify.ts';
