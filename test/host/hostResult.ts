/** What one test came to in the extension host; one line of JSON in the report file. */
export interface HostResult {
  readonly name: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly skipped: boolean;
  /** Message and stack of what made it fail. */
  readonly failure?: string;
}
