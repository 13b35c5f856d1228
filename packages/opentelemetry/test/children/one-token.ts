// Verifies one token with telemetry, and ends without closing anything.
import { createVerifier } from '@verifier/core';
import { instrumentVerifier } from '@verifier/opentelemetry';

const [issuer = '', audience = '', token = ''] = process.argv.slice(2);
const verifier = createVerifier({ issuer, audience });
instrumentVerifier(verifier);
const { issuer: verified } = await verifier.verify(token);
console.log(verified === issuer);
