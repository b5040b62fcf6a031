import { z } from 'zod';
import {
  count,
  countOrAuto,
  decimal,
  duration,
  filled,
  flag,
  instant,
  serverUrl,
  share,
  size,
  zone,
} from './fields.ts';
import { curable, type ProblemParams } from './parse-node.ts';
import { sourceSchema } from './source-schema.ts';
import { targetSchema } from './target-schema.ts';

/** 0.95 of Adobe's compressed limit of 100,000,000 bytes: gzip cannot make so many raw bytes grow past it. */
const MAX_RAW_BYTES = '95MB';

const budget = z.strictObject({
  budget: share().describe(
    'Rejects that a build may have: of all rows planned for the range; of what is read once, of its hits and rejects.',
  ),
});

const onInvalidRows = z
  .strictObject({
    stop: flag().optional().describe('Stop at the first row that Adobe refuses; instead of budget.'),
    budget: share()
      .optional()
      .describe('Go on until Adobe has refused more than this part of the planned hits; instead of stop.'),
  })
  .check((ctx) => {
    const { stop, budget: part } = ctx.value;
    if ((stop === true) !== (part !== undefined)) return;
    const message = 'exactly one of stop: true and budget belongs here';
    const params: ProblemParams = { hint: 'write { stop: true }, or { budget: 0.1% }' };
    ctx.issues.push({ code: 'custom', input: ctx.value, message, params });
  })
  .describe('What to do when Adobe refuses rows: stop, or a budget of the planned hits.');

const notify = z
  .strictObject({
    command: filled()
      .optional()
      .describe(
        'A command of the shell, which gets the report as JSON on standard input, and the environment without the variables that this file names; instead of webhook.',
      ),
    webhook: serverUrl('full').optional().describe('Gets the report as a POST of JSON; instead of command.'),
  })
  .check((ctx) => {
    const { command, webhook } = ctx.value;
    if ((command === undefined) !== (webhook === undefined)) return;
    const message = 'exactly one of command and webhook belongs here';
    const params: ProblemParams = { hint: 'write { command: ./tell.sh }, or { webhook: https://… }' };
    ctx.issues.push({ code: 'custom', input: ctx.value, message, params });
  })
  .describe('Who is told when a run stops or finishes.');

const visitorGroups = z.strictObject({
  count: count(1, 256, 4).prefault('1').describe('Lanes that deliver side by side; `plan` advises how many.'),
  prefix: z
    .string()
    .regex(
      groupPrefix(),
      curable('is no prefix', 'at most 64 letters, digits and . _ -, beginning with a letter or digit'),
    )
    .regex(/\D/, curable('is a bare number, which Adobe advises against', 'name company or suite'))
    .optional()
    .describe(
      'Company or suite: groups are named `<prefix>_0`, `<prefix>_1`, …; at most 64 letters, digits and . _ -, not digits alone. Default: the id of the migration.',
    ),
});

/** A migration file as written, after `${env:…}`; every key of it, units parsed, defaults filled in. */
export const migrationSchema = z.strictObject({
  migration: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,100}$/, curable('is no id', 'at most 100 letters, digits, _ and -'))
    .describe('The id of the job, at most 100 letters, digits, _ and -; part of every idempotency key.'),
  mapping: filled().describe('A ready-made name (matomo, umami, snowplow, snowplow-csv), or a path.'),
  variables: z
    .record(filled(), z.string())
    .default({})
    .describe('Name to value, for the variables that the mapping declares; a secret as "${env:NAME}".'),
  lookups: z
    .record(filled(), filled())
    .default({})
    .describe(
      'Name to path, for the lookups that the mapping declares: CSV files in UTF-8 with a header line. One that is not given is empty.',
    ),
  source: sourceSchema.describe('Where the legacy rows are; the engine is the one of the mapping.'),
  target: targetSchema.describe('Which report suite, where, as whom.'),
  range: z
    .strictObject({
      from: instant().describe('A date, or an instant such as 2015-01-01T06:00:00Z.'),
      to: instant().describe('A date, or an instant; not part of the range.'),
      zone: zone().prefault('UTC').describe('Where the dates begin.'),
    })
    .describe(
      'The times of the hits to move: from is part of it, to is not. Rows outside are read too, and filtered as `out of range`.',
    ),
  visitorGroups: visitorGroups
    .prefault({})
    .describe(
      'Adobe reads each group in its own order; a visitor is always in the same, in another migration too if count and prefix are the same.',
    ),
  chunks: z
    .strictObject({
      maxRows: count(1, 10_000_000, 40_000)
        .prefault('40000')
        .describe('Rows of a file; the default is what a lane may send in its 20 seconds.'),
      maxRawBytes: size('1KB', MAX_RAW_BYTES, MAX_RAW_BYTES)
        .prefault(MAX_RAW_BYTES)
        .describe("Bytes of a file before it is compressed; Adobe's limit for compressed ones is 100 MB."),
    })
    .prefault({})
    .describe('How large a file that is sent may get; it ends at whichever comes first.'),
  slices: z
    .strictObject({
      rows: countOrAuto(1, 100_000_000)
        .prefault('auto')
        .describe(
          'Rows that a slice holds at most; auto is visitor groups times chunks.maxRows, between 20000 and 200000.',
        ),
    })
    .prefault({})
    .describe('Parts of the range that are built, and begun again, one by one.'),
  pace: z
    .strictObject({
      requestsPerSecond: decimal(0.01, 1000, 1)
        .prefault('1')
        .describe("Of all lanes together; Adobe's hosts take at most 1."),
      secondsPerLane: decimal(0, 86_400, 20)
        .prefault('20')
        .describe('From one file of a lane to its next, at least; 0 = no limit.'),
      rowsPerSecondPerLane: count(0, 10_000_000, 2_000).prefault('2000').describe('0 = no limit.'),
      lookUps: flag().prefault('true').describe('Whether look-ups count as requests.'),
    })
    .prefault({})
    .describe('How fast Adobe is asked.'),
  settle: z
    .strictObject({
      grace: duration('0s', '12h', '180s')
        .prefault('180s')
        .describe("To wait before the first look-up; at Adobe's hosts 60s at least."),
      window: duration('0s', '12h', '120s').prefault('120s').describe('Over which look-ups are spread.'),
      attempts: count(1, 100, 4).prefault('4').describe('Look-ups before a person has to decide.'),
    })
    .prefault({})
    .describe('A chunk whose fate is unknown: wait, then look-ups spread over the window.'),
  onInvalidRows: onInvalidRows.prefault({ stop: 'true' }),
  rejects: budget.prefault({ budget: '1%' }).describe('A share of the rows in the range; over it the build stops.'),
  build: z
    .strictObject({
      workers: count(1, 256, 1)
        .prefault('1')
        .describe(
          "Threads, the program's own among them. Of a database whose streams all have a window each builds slices, side by side; they share build.memory. Of files all cut and map the rows that the first one reads.",
        ),
      memory: size('16MB', '64GB', '256MB').prefault('256MB').describe('For hits; above it they are sorted on disk.'),
      gzipLevel: count(1, 9, 6).prefault('6').describe('1 is fast, 9 small.'),
    })
    .prefault({})
    .describe('What building may use of this machine.'),
  disk: z
    .strictObject({
      ahead: size('1MB', '1000TB', '10GB').prefault('10GB').describe('Chunks that may wait for delivery.'),
      spool: size('1MB', '1000TB', '50GB').prefault('50GB').describe('Rows on disk while they are sorted.'),
      keep: z
        .enum(['all', 'undelivered'])
        .default('all')
        .describe(
          'Which chunks stay; undelivered removes the file of each that Adobe has taken whole. Sidecars, rejects and ledger stay.',
        ),
    })
    .prefault({})
    .describe('What may lie in the folder.'),
  folder: filled()
    .optional()
    .describe('Where ledger, chunks, rejects and reports lie. Default: `./.bdia-migrate/<id>`.'),
  notify: notify.optional(),
});
/** A migration file that passed the schema. */
export type MigrationSpec = z.infer<typeof migrationSchema>;

/** Fit for a header and for the name of a folder on every system. */
function groupPrefix(): RegExp {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
}
