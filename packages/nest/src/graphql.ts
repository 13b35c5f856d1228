export { GqlAuthGuard } from './gql-auth-guard.ts';
