import { connect, type Socket } from 'node:net';

const headEnd = Buffer.from('\r\n\r\n');
const lastChunk = Buffer.from('0\r\n\r\n');

/**
 * One connection that sends a request, waits for the whole response, and sends the next. Requests are prepared bytes, and
 * only status and end of a response are parsed, because the load process shares two cores with the server.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #answered: (status: number) => void;
  #received: Buffer | undefined;

  constructor(port: number, answered: (status: number) => void) {
    this.#answered = answered;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (chunk) => this.#receive(chunk));
    this.#socket.on('error', () => this.#answered(0));
  }

  send(request: Buffer): void {
    this.#socket.write(request);
  }

  close(): void {
    this.#socket
      .removeAllListeners()
      .on('error', () => undefined)
      .destroy();
  }

  #receive(chunk: Buffer): void {
    const answer = this.#received === undefined ? chunk : Buffer.concat([this.#received, chunk]);
    if (isComplete(answer)) {
      this.#received = undefined;
      this.#answered(Number(answer.toString('latin1', 9, 12)));
    } else this.#received = answer;
  }
}

function isComplete(answer: Buffer): boolean {
  const head = answer.indexOf(headEnd);
  if (head === -1) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(answer.toString('latin1', 0, head))?.[1];
  if (length === undefined) return answer.subarray(-lastChunk.length).equals(lastChunk);
  return answer.length >= head + headEnd.length + Number(length);
}
