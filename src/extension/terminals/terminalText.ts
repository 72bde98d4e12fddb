/** A line of our own in a terminal: grey, on lines of its own, so that it is not taken for the program's output. */
export function note(text: string): string {
  return `\r\n\x1b[90m${text}\x1b[0m\r\n`;
}

/** Text of a file or log as a terminal wants it: with carriage returns. */
export function terminalLines(text: string): string {
  return text.replace(/\r?\n/g, '\r\n');
}
