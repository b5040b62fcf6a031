import { z } from 'zod';
import { count, countOrAuto, decimal, duration, filled, flag, serverUrl, share, size, zone } from './fields.ts';
import type { ProblemParams } from './parse-node.ts';
import { sourceSchema } from './source-schema.ts';
import { targetSchema } from './target-schema.ts';

/** 0.95 of Adobe's compressed limit of 100,000,000 bytes: gzip cannot make so many raw bytes grow past it. */
const MAX_RAW_BYTES = '95MB';

const notYetParams: ProblemParams = { problem: 'config.not-yet' };

const budget = z.strictObject({ budget: share() });

const onInvalidRows = z
  .strictObject({ stop: flag().optional(), budget: share().optional() })
  .check((ctx) => {
    const { stop, budget: part } = ctx.value;
    if ((stop === true) !== (part !== undefined)) return;
    const message = 'exactly one of stop: true and budget belongs here';
    ctx.issues.push({ code: 'custom', input: ctx.value, message });
  })
  .describe('What to do when Adobe refuses rows: stop, or a budget of the planned hits.');

const notify = z
  .strictObject({
    command: filled().optional().describe('Of the shell; gets the report as JSON on standard input.'),
    webhook: serverUrl('full').optional().describe('Gets the report as a POST of JSON.'),
  })
  .check((ctx) => {
    const { command, webhook } = ctx.value;
    if ((command === undefined) !== (webhook === undefined)) return;
    ctx.issues.push({ code: 'custom', input: ctx.value, message: 'exactly one of command and webhook belongs here' });
  })
  .describe('Who is told when a run stops or finishes.');

const visitorGroups = z.strictObject({
  count: count(1, 256).prefault('1').describe('Lanes that deliver side by side.'),
  prefix: z
    .string()
    .regex(
      groupPrefix(),
      'is no prefix: letters, digits, . _ - are allowed, beginning with a letter or digit, at most 64',
    )
    .regex(/\D/, 'is a bare number, which Adobe advises against: name company or suite')
    .optional()
    .describe('Groups are named <prefix>_0, <prefix>_1, …; default: the id of the migration.'),
});

/** A migration file as written, after `${env:…}`; every key of it, units parsed, defaults filled in. */
export const migrationSchema = z.strictObject({
  migration: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,100}$/, 'is no id: letters, digits, _ and - are allowed')
    .describe('The id of the job; part of every idempotency key.'),
  mapping: filled().describe('A ready-made name, or a path.'),
  variables: z.record(filled(), z.string()).default({}),
  lookups: z.record(filled(), filled()).default({}).describe('CSV files with a header line.'),
  source: sourceSchema,
  target: targetSchema,
  range: z
    .strictObject({
      from: filled().describe('A date, or an instant such as 2015-01-01T06:00:00Z.'),
      to: filled().describe('A date, or an instant; not part of the range.'),
      zone: zone().prefault('UTC').describe('Where the dates begin.'),
    })
    .describe('Half-open, hit time.'),
  visitorGroups: visitorGroups.prefault({}),
  chunks: z
    .strictObject({
      maxRows: count(1, 10_000_000).prefault('40000'),
      maxRawBytes: size('1KB', MAX_RAW_BYTES).prefault(MAX_RAW_BYTES),
    })
    .prefault({}),
  slices: z
    .strictObject({
      rows: countOrAuto(1, 100_000_000).prefault('auto'),
    })
    .prefault({}),
  pace: z
    .strictObject({
      requestsPerSecond: decimal(0.01, 1000).prefault('1'),
      secondsPerLane: decimal(0, 86_400).prefault('20').describe('0 = no limit.'),
      rowsPerSecondPerLane: count(0, 10_000_000).prefault('2000').describe('0 = no limit.'),
      lookUps: flag().prefault('true').describe('Whether look-ups count as requests.'),
    })
    .prefault({}),
  settle: z
    .strictObject({
      grace: duration().prefault('180s'),
      window: duration().prefault('120s'),
      attempts: count(1, 100).prefault('4'),
    })
    .prefault({})
    .describe('A chunk whose fate is unknown: wait, then look-ups spread over the window.'),
  onInvalidRows: onInvalidRows.prefault({ stop: 'true' }),
  rejects: budget.prefault({ budget: '1%' }).describe('Of the planned rows; over it the build stops.'),
  build: z
    .strictObject({
      workers: count(1, 256)
        .prefault('1')
        .describe(
          'Threads that build slices of a database side by side; they share build.memory. Files are read by one.',
        ),
      memory: size('16MB', '64GB').prefault('256MB').describe('For hits; above it they are sorted on disk.'),
      gzipLevel: count(1, 9).prefault('6'),
    })
    .prefault({}),
  disk: z
    .strictObject({
      ahead: size('1MB', '1000TB').prefault('10GB').describe('Chunks that may wait for delivery.'),
      spool: size('1MB', '1000TB').prefault('50GB').describe('Rows on disk while they are sorted.'),
      keep: z
        .enum(['all', 'undelivered'])
        .default('all')
        .refine((keep) => keep === 'all', { error: 'keep: undelivered is not supported yet', params: notYetParams }),
    })
    .prefault({}),
  folder: filled().optional().describe('Ledger, chunks, rejects, reports; default: ./.bdia-migrate/<id>.'),
  notify: notify.optional(),
});
/** A migration file that passed the schema. */
export type MigrationSpec = z.infer<typeof migrationSchema>;

/** Fit for a header and for the name of a folder on every system. */
function groupPrefix(): RegExp {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
}
