export { type Answer, issuerPlaceholder } from './answer.ts';
export {
  type AuthBody,
  type ConformanceApp,
  describeAuth,
  describeError,
  grantedBody,
  guardOptions,
  isBlueTenant,
  type Profile,
  publicBody,
  requiredLogin,
  requiredScopes,
} from './app.ts';
export type { ConformanceCase, HeaderList } from './conformance-case.ts';
export { conformanceCases } from './conformance-cases.ts';
export { describeBehindNginx } from './describe-behind-nginx.ts';
export { type ClientTls, describeClientCertificates, type StartTls } from './describe-client-certificates.ts';
export { describeConformance } from './describe-conformance.ts';
export { describeDpopPaths, type StartMounted } from './describe-dpop-paths.ts';
export { describeMistakes } from './describe-mistakes.ts';
export { describePollution, type PollutionSettings } from './describe-pollution.ts';
export { describeRefusals } from './describe-refusals.ts';
export { describeWith } from './describe-with.ts';
export { exchange, type RawRequest, type RawResponse } from './exchange.ts';
export { type Framework, type MistakenApp, startMistakenApps } from './mistaken-app.ts';
export { type Mistake, mistakes } from './mistakes.ts';
export { pathSpellings } from './path-spellings.ts';
export { type Pollution, withPollution } from './pollution.ts';
export { type RecordedAnswers, recordAnswers } from './record-answers.ts';
export { type AdapterHarness, type Outcome, type RunningApp, type Suite, startSuite } from './suite.ts';
export { withResultHeader } from './with-result-header.ts';
