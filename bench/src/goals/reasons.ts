/** Reasons why goals are missed. Each is shown with the rows it explains. */
export const reasons = {
  one: `The limit verifies the signature and does nothing else. The remaining steps take a few microseconds, whatever the
algorithm: the strict form of the three parts, the header, the claims, the lists of names in them, and freezing the result.
The token cache adds the SHA-256 of the token, and memory that lives long enough to be copied; with unique tokens it saves
nothing. \`tokenCache: false\` avoids that. The profiles show no other large part. The sum is visible with RS256 and PS256,
whose signatures are by far the cheapest to verify, and hardly visible with the others.`,
  peers: `fast-jwt with a fixed key has one key: it does not select, look up or refresh keys. It caches nothing and returns
the parsed object. The difference is a few microseconds; with the token cache, most of them are the cache's own.`,
  many: `The limit keeps 64 signatures in flight with one callback each. \`verifyAll\` runs the other steps of \`verify\` on the
calling thread and creates one promise per token, because it returns them. The thread that hands out the work limits both.
The best peer uses the same thread pool: if the limit, named in the same cell, is below the goal, no verifier can reach it.`,
  repeated: `\`crypto.hash\` computes SHA-256 faster than \`createHash\` and is what core uses. Every hit also compares issuer and
key, validates times and policy, and creates the frozen result. Without any of these steps, the cache could be noticed. The
limit relative to fast-jwt's cache, the highest ratio possible, is in the same cell.`,
  cold: `The first fetch loads undici, which takes most of the difference, as the table of imports shows. The faster peers
fetch with \`node:https\`, which loads much faster. It happens once in a process and only when needed; \`http: { fetch }\`
avoids it if every start counts.`,
  growth: `The data of a thousand issuers does not fit into the CPU caches, that of one does. There is no search: each look-up
is one in a Map.`,
  served: `At an even rate, little of the guard is in the CPU caches when a request arrives, so every step takes a multiple of
its time in a loop. That is true for the limit too, as its own row shows. If the limit in a middleware is below the goal, no
guard can reach it.`,
} as const;
