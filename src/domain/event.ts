import type { ChunkState } from './chunk.ts';

/** What a running job tells about itself as it happens; for progress lines, logs and tests. Never holds a secret. */
export type JobEvent =
  | { readonly type: 'planned'; readonly slices: number; readonly rows: number }
  | { readonly type: 'progress'; readonly doing: 'counting' | 'reading' | 'building'; readonly rows: number }
  | {
      readonly type: 'sealed';
      readonly slice: number;
      readonly chunks: number;
      readonly hits: number;
      readonly rejected: number;
      readonly filtered: number;
    }
  | {
      readonly type: 'chunk';
      readonly group: string;
      readonly name: string;
      readonly state: ChunkState;
      readonly rows: number;
      readonly bytes: number;
    }
  | { readonly type: 'lane'; readonly group: string; readonly waits: string; readonly untilMs: number | null }
  | { readonly type: 'message'; readonly level: 'info' | 'warn'; readonly text: string };

/** Receives events in the order they happen; must not throw and must not block. */
export type OnEvent = (event: JobEvent) => void;
