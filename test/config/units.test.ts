import { describe, expect, it } from 'vitest';
import { parseInstant } from '../../src/config/instant.ts';
import { nearest } from '../../src/config/problems.ts';
import { parseCount, parseDecimal, parseDuration, parseShare, parseSize } from '../../src/config/units.ts';

describe('parseDuration', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['500ms', 500],
    ['90s', 90_000],
    ['1.5h', 5_400_000],
    ['2 m', 120_000],
    ['7d', 604_800_000],
    ['90', null],
    ['-1s', null],
    ['1S', null],
    ['1e3s', null],
    ['s', null],
    ['', null],
    ['99999999999999d', null],
    ['1constructor', null],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms));
});

describe('parseSize', () => {
  it.each([
    ['0', 0],
    ['12B', 12],
    ['95MB', 95_000_000],
    ['1.5GB', 1_500_000_000],
    ['1KB', 1000],
    ['1KiB', 1024],
    ['64MiB', 67_108_864],
    ['2TiB', 2_199_023_255_552],
    ['95', null],
    ['95mb', null],
    ['1_000B', null],
  ])('%s', (text, bytes) => expect(parseSize(text)).toBe(bytes));
});

describe('parseShare', () => {
  it.each([
    ['0', 0],
    ['0%', 0],
    ['0.1%', 0.001],
    ['0.7%', 0.007],
    ['100%', 1],
    ['100.1%', null],
    ['0.5', null],
    ['-1%', null],
  ])('%s', (text, fraction) => expect(parseShare(text)).toBe(fraction));
});

describe('plain numbers', () => {
  it.each([
    ['012', 12, 12],
    ['1.5', null, 1.5],
    ['1e3', null, null],
    ['0x10', null, null],
    ['9007199254740993', null, null],
    ['', null, null],
  ])('%s', (text, count, decimal) => expect([parseCount(text), parseDecimal(text)]).toEqual([count, decimal]));
});

describe('parseInstant', () => {
  it.each([
    ['2015-01-01', 'UTC', 1_420_070_400],
    ['2015-01-01', 'Europe/Berlin', 1_420_066_800],
    ['2015-07-01', 'Europe/Berlin', 1_435_701_600],
    ['1969-12-31', 'UTC', -86_400],
    // Midnight is skipped in São Paulo on this day: it begins at 01:00, 03:00 UTC.
    ['2015-10-18', 'America/Sao_Paulo', 1_445_137_200],
    ['2015-01-01T06:00:00Z', 'Europe/Berlin', 1_420_092_000],
    ['2015-01-01T06:00:00+02:00', 'UTC', 1_420_084_800],
    ['2015-01-01T06:00:00.5Z', 'UTC', null],
    ['2015-01-01T06:00:00', 'UTC', null],
    ['2015-02-29', 'UTC', null],
    ['2015-1-1', 'UTC', null],
    ['1420070400', 'UTC', null],
    ['', 'UTC', null],
  ])('%s in %s', (text, zone, seconds) => expect(parseInstant(text, zone)).toBe(seconds));
});

describe('nearest', () => {
  it.each([
    ['pagName', ['pageURL', 'pageName'], 'pageName'],
    ['PAGENAME', ['pageName'], 'pageName'],
    ['form', ['from', 'first'], 'from'],
    ['evar1', ['prop1', 'eVar1', 'eVar11'], 'eVar1'],
    ['xyz', ['from', 'const'], null],
    ['a', [], null],
    ['', ['from'], null],
  ])('%s of %j', (name, candidates, expected) => expect(nearest(name, candidates)).toBe(expected));
});
