import type { Context } from '../context.ts';
import type { ReadOptions } from '../read/read-options.ts';

/** What building needs from outside beside reading: by what a thread opens the job again. */
export interface BuildOptions extends ReadOptions, Pick<Context, 'env' | 'runtime' | 'readyMadeFolder'> {}
