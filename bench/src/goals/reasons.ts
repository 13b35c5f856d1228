/** Why a goal may be out of reach. Shown beside what falls short, together with the profile or the figures that show it. */
export const reasons = {
  one: `The limit checks the signature and nothing else. What comes on top takes a few microseconds, whatever the
algorithm: the strict form of the three parts, the header, the claims, the lists of names in them, freezing what is handed
out; and the token cache, which here keeps each token for nothing: SHA-256 of it, and memory that lives long enough to be
copied. Where tokens do not come back, \`tokenCache: false\` leaves that out. No other part stands out, as the profiles
show. Against RS256 and PS256, whose signatures are by far the cheapest to check, the sum shows; against the others hardly.`,
  peers: `fast-jwt with a fixed key has one key and nothing to choose, look up or refresh, keeps nothing of a token, and hands out
what was parsed. The difference is a few microseconds; where the token cache is in use, most of them are its own.`,
  many: `The limit keeps 64 checks under way with one callback each. \`verifyAll\` does on the calling thread what \`verify\` does
besides, and has a promise for each token, because that is what it returns; the thread that hands out the work is what
limits both. The best peer uses the same thread pool: where the limit itself, named beside the ratio, is not so many times as
fast, no verifier can be.`,
  repeated: `\`crypto.hash\` takes SHA-256 in less time than \`createHash\`, and is what is used here. On top of it come, on every hit, the
issuer, the key, the times and the policy, and the object that is handed out, frozen, for this request. To leave any of them
out would make the cache something that can be noticed. How much faster than the cache of fast-jwt the limit itself is, and
with it the most that can be reached, stands beside the ratio.`,
  cold: `The first fetch loads undici. That takes most of the difference by itself, as the table of imports shows; those that are
faster fetch with \`node:https\`, which is loaded much sooner. It happens once in a process, not before it is
needed, and \`http: { fetch }\` avoids it where every start counts.`,
  growth: `What a thousand issuers keep does not fit into the processor's caches as what one keeps does. There is no search: each
look-up is one in a Map.`,
  served: `Requests at an even rate find little of the guard in the processor's caches, so that everything takes a multiple of what it
takes in a loop: the limit, too, as its own row shows. Where the limit itself, in a middleware that checks nothing, stays
below the goal, no guard can reach it.`,
} as const;
