import { MigrationError, settle } from '../../index.ts';
import { type Command, type FileArgument, withFile } from '../command.ts';
import { finish } from '../follow.ts';
import { tellWait } from '../progress.ts';

export const settleCommand: Command<FileArgument & { adopt: boolean; uploaded?: string[]; notUploaded?: string[] }> = {
  words: 'settle <file>',
  lists: ['uploaded', 'notUploaded', 'not-uploaded'],
  describe: 'Settles chunks of unknown fate; sends nothing',
  examples: [
    ['settle migration.yaml', 'looks every unknown chunk up'],
    ['settle migration.yaml --adopt', 'the ledger is older than Adobe: walks every lane forward'],
    ['settle migration.yaml --uploaded acme_0/000003-0001', 'a person knows that Adobe has it'],
    ['settle migration.yaml --not-uploaded acme_0/000003-0001', 'Adobe has nothing of it, or rejected it by mistake'],
  ],
  options: (builder) =>
    withFile(builder)
      .option('adopt', {
        type: 'boolean',
        default: false,
        describe: 'mark chunks that Adobe already has, lane by lane',
      })
      .option('uploaded', { type: 'string', array: true, describe: 'decide: Adobe has this chunk (group/name)' })
      .option('not-uploaded', {
        type: 'string',
        array: true,
        describe: 'decide: Adobe has nothing of it; it may be sent again, a rejected one too',
      }),
  run: async ({ file, adopt, uploaded, notUploaded }, session) => {
    const told = new Map<string, string>();
    const report = await settle(file, {
      ...session.context((event) => {
        if (event.type === 'chunk' && event.state !== 'linted')
          session.terminal.note(`${event.group} ${event.name}: ${event.state}`);
        if (event.type === 'lane') tellWait(event, session.terminal, told);
        if (event.type === 'message') session.terminal.note(event.text);
      }),
      adopt,
      uploaded: (uploaded ?? []).map(chunkId),
      notUploaded: (notUploaded ?? []).map(chunkId),
    });
    if (report.chunks.unknown === 0 && !session.json) session.terminal.note('No chunk is of unknown fate.');
    return finish(report, session, report.state === 'finished' ? null : session.people.command('run', file));
  },
};

function chunkId(text: string): { group: string; slice: number; part: number } {
  const match = /^(?<group>.+)\/(?<slice>\d+)-(?<part>\d+)$/.exec(text);
  if (match?.groups === undefined)
    throw new MigrationError(
      'input.invalid',
      `${text} names no chunk; write it as group/slice-part, for example acme_0/000003-0001`,
    );
  return {
    group: match.groups['group'] ?? '',
    slice: Number(match.groups['slice']),
    part: Number(match.groups['part']),
  };
}
