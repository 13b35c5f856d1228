export type { MessageDenial } from './message-denial.ts';
export { readSubprotocolToken } from './read-subprotocol-token.ts';
export { WsAuthException } from './ws-auth-exception.ts';
export { WsAuthGuard } from './ws-auth-guard.ts';
export type { WsHandshake } from './ws-connections.ts';
