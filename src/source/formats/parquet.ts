import type { FileReader } from './file-reader.ts';

export function parquetReader(): FileReader {
  throw new Error('later');
}
