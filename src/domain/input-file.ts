/** What identifies an input file, so that a changed one is noticed. `sha256` is of the bytes on disk. */
export interface InputFile {
  /** The mapping's name of its file set. */
  readonly set: string;
  /** Its name within the set; tells no folder of the machine. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** What the file system says of an input file without reading it. `modified` is in nanoseconds since 1970, as digits. */
export interface FileStamp extends Omit<InputFile, 'sha256'> {
  readonly modified: string;
}
