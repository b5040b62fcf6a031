import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FileReport } from '../../../src/sandbox/report.ts';
import type { MigrationJob } from '../migration-job.ts';
import { type ProgramEnd, runProgram, startProgram } from '../start-program.ts';
import { watchCommits } from '../watch-commits.ts';
import type { Blow, Incident, Life } from './chaos-plan.ts';
import type { FlakyAdobe } from './flaky-adobe.ts';
import type { SmallDisk } from './small-disk.ts';

/** How long the way stays broken: well below the grace after which an unknown fate is looked up. */
const brokenMs = 300;
/** Lives after the planned ones, in which nothing new goes wrong; the faults of the last sandbox run out in them. */
const mostCalmLives = 14;

/** How one process ended; `code` is why the run stopped, where it said so. */
export interface LifeEnd extends ProgramEnd {
  readonly code: string | null;
  readonly message: string;
}

/** What a scenario is played on. */
export interface Stage {
  readonly job: MigrationJob;
  readonly adobe: FlakyAdobe;
  readonly disk: SmallDisk;
}

/**
 * Lives the planned lives, then calm ones until the migration is finished; between them does what the program asks a
 * person to do. Gives how each ended; the last of them finished, unless none did.
 */
export async function playChaos(stage: Stage, lives: readonly Life[]): Promise<LifeEnd[]> {
  const ends: LifeEnd[] = [];
  const calm: Life = { incidents: [], disk: null };
  const words = new Set<string>();
  for (let place = 0; place < lives.length + mostCalmLives; place += 1) {
    const end = await live(stage, lives[place] ?? calm, [...words]);
    ends.push(end);
    if (end.exitCode === 0) break;
    // Said again each time: a process that was killed may not have heard it.
    for (const word of await answerAsPerson(stage, end, place)) words.add(word);
  }
  return ends;
}

/** One process from its start to its death or its end. */
async function live({ job, adobe, disk }: Stage, life: Life, words: readonly string[]): Promise<LifeEnd> {
  disk.leave(life.disk);
  const program = startProgram(['run', job.file, '--json', ...words], job.env, disk.prefix);
  const due = [...life.incidents];
  const blows: Promise<void>[] = [];
  const count = (what: Incident['what'], seen: number): void => {
    for (const incident of [...due]) {
      if (incident.what !== what || seen < incident.after) continue;
      due.splice(due.indexOf(incident), 1);
      blows.push(strike(adobe, incident.blow, program.kill));
    }
  };
  let requests = 0;
  adobe.onRequest(() => {
    requests += 1;
    count('requests', requests);
  });
  const endWatch = watchCommits(join(job.folder, 'ledger.sqlite'), (seen) => count('commits', seen));
  const end = await program.ended;
  endWatch();
  adobe.onRequest(() => {});
  await Promise.all(blows);
  disk.leave(null);
  return { ...end, ...stopOf(end.stdout) };
}

async function strike(adobe: FlakyAdobe, blow: Blow, kill: (signal: NodeJS.Signals) => void): Promise<void> {
  switch (blow) {
    case 'cut':
      return adobe.proxy.cut();
    case 'stall':
      adobe.proxy.stall();
      await delay(brokenMs);
      adobe.proxy.cut();
      return adobe.proxy.flow();
    case 'refuse':
      await adobe.proxy.refuse();
      await delay(brokenMs);
      return adobe.proxy.accept();
    case 'restart':
      return adobe.restart();
    default:
      return kill(blow);
  }
}

function stopOf(stdout: string): { code: string | null; message: string } {
  try {
    const { stopped } = JSON.parse(stdout) as { stopped?: { code: string; message: string } };
    return { code: stopped?.code ?? null, message: stopped?.message ?? '' };
  } catch {
    return { code: null, message: '' };
  }
}

/** Does what a stop asks for, and gives the words for the next `run`. */
async function answerAsPerson({ job, adobe }: Stage, { message }: LifeEnd, place: number): Promise<string[]> {
  const unsettled = /the fate of chunk (\S+)\/(\d{6}-\d{4}) cannot be settled/.exec(message);
  if (unsettled !== null) {
    // A person looks at what Adobe has, not at what the program thinks.
    const [, group = '', name = ''] = unsettled;
    const files = (await (await fetch(`${adobe.current().baseUrl}/sandbox/files`)).json()) as Pick<
      FileReport,
      'group' | 'uploadName'
    >[];
    const there = files.some((file) => file.group === group && file.uploadName === `${name}.csv.gz`);
    await runProgram(['settle', job.file, there ? '--uploaded' : '--not-uploaded', `${group}/${name}`], job.env);
  }
  if (!/Adobe rejected it/.test(message)) return [];
  const mapping = await readFile(job.mappingFile, 'utf8');
  await writeFile(
    job.mappingFile,
    mapping.replace(/pageName: title( *}|,.*})/, `pageName: title, channel: { const: mended${place} } }`),
  );
  return ['--accept-change'];
}
