/** Options of every command. */
export interface CommonArguments {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  readonly logFile?: string;
  readonly logLevel: 'debug' | 'info' | 'warn';
}
