import { describe, expect, it } from 'vitest';
import { mergeFields, type ParquetField } from '../../../../src/source/files/formats/parquet-schema.ts';

const leaf = (name: string, type: string): ParquetField => ({
  name,
  type,
  stored: '',
  logical: '',
  isRepeated: false,
  fields: [],
});
const group = (name: string, logical: string, ...fields: ParquetField[]): ParquetField => ({
  ...leaf(name, ''),
  type: null,
  logical,
  fields,
});
const repeated = (field: ParquetField): ParquetField => ({ ...field, isRepeated: true });
/** A list with its levels called as the writer calls them. */
const list = (name: string, level: string, element: ParquetField): ParquetField =>
  group(name, 'ListType()', repeated(group(level, '', element)));

describe('mergeFields', () => {
  it.each([
    ['the same', [leaf('a', 'DOUBLE')], [leaf('a', 'DOUBLE')]],
    ['integers of any size', [leaf('a', 'UTINYINT')], [leaf('a', 'BIGINT')]],
    ['decimals with the same places', [leaf('a', 'DECIMAL(9,2)')], [leaf('a', 'DECIMAL(38,2)')]],
    ['nothing beside a list', [leaf('a', '"NULL"')], [list('a', 'list', leaf('element', 'DATE'))]],
    ['a list beside nothing', [list('a', 'list', leaf('element', 'DATE'))], [leaf('a', '"NULL"')]],
    [
      'lists of two writers',
      [list('a', 'list', leaf('element', 'DATE'))],
      [list('a', 'bag', leaf('array_element', 'DATE'))],
    ],
    [
      'a struct that grows',
      [group('a', '', leaf('b', 'DATE'))],
      [group('a', '', leaf('c', 'VARCHAR'), leaf('b', 'DATE'))],
    ],
    ['names in another case', [leaf('a', 'DATE')], [leaf('A', 'DATE')]],
  ])('takes %s', (_, before, here) => {
    expect(mergeFields(before, here)).not.toHaveProperty('before');
  });

  it.each([
    ['of another type', [leaf('a', 'BIGINT')], [leaf('a', 'FLOAT')], 'a', 'BIGINT', 'FLOAT'],
    ['in another case', [leaf('a', 'DATE')], [leaf('A', 'TIMESTAMP')], 'A', 'DATE', 'TIMESTAMP'],
    [
      'with other places',
      [leaf('a', 'DECIMAL(9,2)')],
      [leaf('a', 'DECIMAL(9,4)')],
      'a',
      'DECIMAL(9,2)',
      'DECIMAL(9,4)',
    ],
    ['that repeats', [leaf('a', 'DATE')], [repeated(leaf('a', 'DATE'))], 'a', 'DATE', 'DATE[]'],
    ['that is a struct', [leaf('a', 'DATE')], [group('a', '', leaf('b', 'DATE'))], 'a', 'DATE', 'STRUCT'],
    [
      'inside a list of two writers',
      [list('a', 'list', leaf('element', 'DATE'))],
      [list('a', 'bag', leaf('array_element', 'TIME'))],
      'a.bag.array_element',
      'DATE',
      'TIME',
    ],
    [
      'inside a struct inside a list',
      [list('a', 'list', group('element', '', leaf('b', 'DATE'), leaf('c', 'DATE')))],
      [list('a', 'list', group('element', '', leaf('c', 'TIME'), leaf('b', 'DATE')))],
      'a.list.element.c',
      'DATE',
      'TIME',
    ],
  ])('tells a field %s', (_, before, here, field, typeBefore, typeHere) => {
    expect(mergeFields(before, here)).toEqual({ field, before: typeBefore, here: typeHere });
  });

  it('remembers what no file but an earlier one had', () => {
    const first = mergeFields([group('a', '', leaf('b', 'DATE'))], [group('a', '', leaf('c', 'BIGINT'))]);
    if ('before' in first) expect.unreachable();
    expect(mergeFields(first, [group('a', '', leaf('b', 'TIME'))])).toMatchObject({ field: 'a.b' });
    expect(mergeFields(first, [group('a', '', leaf('c', 'DOUBLE'))])).toMatchObject({ field: 'a.c' });
    const never = mergeFields([leaf('a', '"NULL"')], [leaf('a', 'DATE')]);
    if ('before' in never) expect.unreachable();
    expect(mergeFields(never, [leaf('a', 'TIME')])).toMatchObject({ before: 'DATE', here: 'TIME' });
  });
});
