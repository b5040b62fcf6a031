import { afterEach, expect, it, vi } from 'vitest';
import { MigrationError } from '../../../src/domain/error.ts';
import { closeThread, withJob } from '../../../src/migration/build/thread-job.ts';
import type { Job } from '../../../src/migration/job/job.ts';
import { job as order } from './thread-fixture.ts';

const opened = vi.hoisted(() => ({ answers: [] as (object | Error)[], calls: 0, closed: 0 }));

vi.mock('../../../src/migration/job/open-job.ts', () => ({
  openJob: async () => {
    opened.calls++;
    const answer = opened.answers.shift();
    if (answer === undefined || answer instanceof Error) throw answer;
    return answer;
  },
}));

afterEach(async () => {
  await closeThread();
  Object.assign(opened, { answers: [], calls: 0, closed: 0 });
});

const same = {
  name: 'the job',
  fingerprint: order.fingerprint,
  close: async () => {
    opened.closed++;
  },
};
const lost = new MigrationError('source.unreachable', 'gone', { next: 'wait' });
const nameOf = async (job: Job): Promise<string> => (job as unknown as typeof same).name;

it('opens the job with the first order, and closes it at the end', async () => {
  opened.answers = [same];
  expect(await withJob(order, nameOf)).toEqual({ made: 'the job' });
  expect(await withJob(order, nameOf)).toEqual({ made: 'the job' });
  expect([opened.calls, opened.closed]).toEqual([1, 0]);
  await closeThread();
  expect(opened.closed).toBe(1);
});

it('tries again with the next order where the job cannot be opened', async () => {
  opened.answers = [lost, same];
  expect(await withJob(order, nameOf)).toEqual({ stop: { code: 'source.unreachable', message: 'gone', next: 'wait' } });
  expect(await withJob(order, nameOf)).toEqual({ made: 'the job' });
});

it('opens the job as it is told to', async () => {
  opened.answers = [lost, same];
  const twice = (open: () => Promise<Job>): Promise<Job> => open().catch(open);
  expect(await withJob(order, nameOf, twice)).toEqual({ made: 'the job' });
  expect(opened.calls).toBe(2);
});

it('takes no job that is another one by now', async () => {
  opened.answers = [{ ...same, fingerprint: { identity: { a: 'b' }, content: {} } }];
  expect(await withJob(order, nameOf)).toMatchObject({ stop: { code: 'ledger.changed-job' } });
  expect(opened.closed).toBe(1);
});

it('lets through what is no stop', async () => {
  opened.answers = [same];
  await expect(withJob(order, () => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
});
