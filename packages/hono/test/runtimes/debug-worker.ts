import { sendWrongToken } from './debug-lines.ts';

// The answer has the lines that the console would have.
export default {
  async fetch(_request: Request, env: { DEBUG: boolean }): Promise<Response> {
    const lines: unknown[] = [];
    Object.assign(console, { log: (line: unknown) => lines.push(line) });
    await sendWrongToken(env.DEBUG);
    return Response.json(lines);
  },
};
