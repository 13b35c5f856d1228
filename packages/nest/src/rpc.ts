export type { MessageDenial } from './message-denial.ts';
export { RpcAuthException, type RpcDenial } from './rpc-auth-exception.ts';
export { RpcAuthGuard } from './rpc-auth-guard.ts';
