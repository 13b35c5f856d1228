import { traceRefusal } from './traced-steps.ts';

export default {
  async fetch(): Promise<Response> {
    return Response.json(await traceRefusal());
  },
};
