export { type AdobeRule, adobeRules, type RuleId } from './adobe/rules.ts';
export type { ChunkId, ChunkState } from './domain/chunk.ts';
export { bytes, count, plural } from './domain/count.ts';
export { type ErrorCode, exitCodeOf, interruption, MigrationError } from './domain/error.ts';
export type { JobEvent, OnEvent } from './domain/event.ts';
export { withIsoTimes } from './domain/iso-time.ts';
export { formatProblem, isFault, type Problem } from './domain/problem.ts';
export type { Slice, StreamCounts, Tally } from './domain/slice.ts';
export { type Connection, Database, type Statement } from './domain/sqlite.ts';
export { type CheckReport, check } from './inspection/check.ts';
export type { UnmappedMembers } from './inspection/check-sample.ts';
export { type DiffOptions, type DiffReport, diff } from './inspection/diff.ts';
export { type DoctorOptions, type DoctorReport, doctor } from './inspection/doctor.ts';
export type { DoctorFinding, DoctorSubject } from './inspection/doctor-finding.ts';
export { type ExplainOptions, type Explanation, explain } from './inspection/explain.ts';
export type { DayRange } from './inspection/init/find-range.ts';
export type { Sureness } from './inspection/init/guess-roles.ts';
export { type InitOptions, init } from './inspection/init/init.ts';
export type { SampleOutcome } from './inspection/init/prove-written.ts';
export type { StreamFound, TriedMapping } from './inspection/init/recognise.ts';
export type { ColumnEvidence, DraftEvidence, InitReport } from './inspection/init/report.ts';
export { type LintOptions, lint } from './inspection/lint.ts';
export { type PreviewFilter, type PreviewOptions, type PreviewRow, preview } from './inspection/preview.ts';
export { type RejectReason, type RejectsOptions, type RejectsReport, rejects, unusable } from './inspection/rejects.ts';
export type { Remark } from './inspection/remarks.ts';
export { type QualityReport, report } from './inspection/report.ts';
export { status } from './inspection/status.ts';
export type { ColumnChange, OutcomeChange, StreamDiff } from './inspection/stream-diff.ts';
export type { ColumnQuality, StreamQuality } from './inspection/stream-quality.ts';
export {
  type MappingTestReport,
  type TestDifference,
  type TestResult,
  testMappings,
} from './inspection/test-mapping.ts';
export { type PromiseCheck, type VerifyReport, verify } from './inspection/verify.ts';
export type { VisitCounts } from './inspection/visits.ts';
export { writeWholeFile } from './inspection/whole-file.ts';
export { type Finding, isFaultless, type LintReport, type RuleFindings } from './lint/lint-file.ts';
export type { LintFilesReport } from './lint/lint-files.ts';
export { ruleOfTally } from './mapping/tally-rule.ts';
export type { Context, ContextOptions } from './migration/context.ts';
export type { LostRow } from './migration/deliver/lost-rows.ts';
export { type PlannedVisitors, type PlanReport, plan } from './migration/estimate.ts';
export type { FrequentText } from './migration/plan/frequent.ts';
export type { GroupAdvice } from './migration/plan/group-advice.ts';
export type { VisitorCounts } from './migration/plan/visitor-tally.ts';
export {
  type AcceptedChange,
  duplicateKeysText,
  type JobReport,
  type JobState,
  type LaneReport,
  type Stop,
} from './migration/report.ts';
export type { RuledTally } from './migration/ruled-tally.ts';
export { build, type RunOptions, run, validate } from './migration/run.ts';
export type { SendingPace } from './migration/sending-pace.ts';
export { type SettleOptions, settle } from './migration/settle.ts';
export type { FaultRule } from './sandbox/faults.ts';
export { readFaults } from './sandbox/read-faults.ts';
export { type Sandbox, type SandboxOptions, type SandboxReport, startSandbox } from './sandbox/start-sandbox.ts';
