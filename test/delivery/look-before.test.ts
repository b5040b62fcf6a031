import { describe, expect, test } from 'vitest';
import { decideNext } from '../../src/delivery/look-before.ts';
import type { Receipt } from '../../src/domain/receipt.ts';

const chunk = { rows: 100, gzBytes: 1000 };
const absent = { kind: 'not found' } as const;
const failed = { kind: 'failed', reason: 'ERROR' } as const;
const whole = { kind: 'found', rows: 100, size: 1000, fileId: 'f', body: '{}' } as const;
const counting = { ...whole, rows: null };
const part = { ...whole, rows: 93 };
const other = { ...whole, size: 7 };

const receipt = (source: Receipt['source'], over: Partial<Receipt> = {}): Receipt => {
  return { source, at: 1, httpStatus: 200, fileId: null, rows: null, invalidRows: null, size: null, body: '', ...over };
};
const person = receipt('person', { httpStatus: null });
const rejected = receipt('answer', { httpStatus: 400 });
const notThere = receipt('lookup', { httpStatus: 404 });
const saw = ({ rows, size }: { rows: number; size: number }) => receipt('lookup', { rows, size });
const sawFailed = receipt('lookup', { httpStatus: null, body: 'ERROR' });

describe('what a look-up says of the chunk that a lane is to send next', () => {
  test.each<[string, Parameters<typeof decideNext>[1], Receipt[], string]>([
    ['absent', absent, [], 'absent'],
    ['absent, after a person said so', absent, [rejected, person], 'absent'],
    ['there, and nothing is known of it', whole, [], 'stale'],
    ['not taken, and nothing is known of it', failed, [], 'stale'],
    ['there, although look-ups had not found it', whole, [notThere], 'stale'],
    ['there, although it was rejected', whole, [rejected], 'stale'],
    ['there, whatever a person said', whole, [person], 'uploaded'],
    ['there and still counted, whatever a person said', counting, [rejected, person], 'uploaded'],
    ['there, whatever a person said who knew of less', whole, [saw(part), person], 'uploaded'],
    ['not taken, as a person said', failed, [person], 'overruled'],
    ['not taken, as a person said after it was rejected', failed, [rejected, person], 'overruled'],
    ['there with other rows, of which a person did not know', part, [person], 'in doubt'],
    ['there with other rows, of which a person knew', part, [saw(part), person], 'overruled'],
    ['there with other rows than a person knew of', part, [saw({ ...part, rows: 92 }), person], 'in doubt'],
    ['there with another size than a person knew of', other, [saw({ ...other, size: 8 }), person], 'in doubt'],
    ['there with other rows, which a person only knew as not taken', part, [sawFailed, person], 'in doubt'],
    [
      'there with another size, as Adobe answered',
      other,
      [receipt('answer', { rows: 100, size: 7 }), person],
      'in doubt',
    ],
    ['there with other rows, and a person has not decided yet', part, [saw(part)], 'in doubt'],
    ['there with other rows, and a person decided before that was seen', part, [person, saw(part)], 'in doubt'],
    ['not taken, and a person has not decided yet', failed, [sawFailed], 'in doubt'],
    ['there after all, and a person has not decided yet', whole, [saw(part)], 'stale'],
    // What a person said of an attempt is no word about the one after it.
    ['not taken, and was sent and looked up since a person decided', failed, [person, notThere], 'stale'],
    ['not taken, and was sent and rejected since a person decided', failed, [person, rejected], 'stale'],
  ])('%s', (_, answer, receipts, kind) => {
    expect(decideNext(chunk, answer, receipts).kind).toBe(kind);
  });
});
