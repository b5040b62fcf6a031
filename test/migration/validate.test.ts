import { expect, it, onTestFinished } from 'vitest';
import type { JobEvent } from '../../src/domain/event.ts';
import { validate } from '../../src/migration/run.ts';
import { offlineEnv, sqliteFolder } from './job-fixture.ts';

it('says of no chunk that Adobe agrees to it', async () => {
  const range = '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }';
  const fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows: [] }], { range });
  onTestFinished(() => fixture.remove());
  const said: string[] = [];
  const onEvent = (event: JobEvent): void => {
    if (event.type === 'message') said.push(event.text);
  };
  expect((await validate(fixture.file, { env: offlineEnv, onEvent })).chunks.built).toBe(0);
  expect(said).toEqual(['No chunk was built: there is nothing to validate.']);
});
