/** A pattern that matches a whole text literally; runs of white space count as one, as they do on the screen. */
export function exactText(text: string): RegExp {
  return new RegExp(`^\\s*${escapePattern(text).replaceAll(/\s+/g, '\\s+')}\\s*$`);
}

/** The pattern itself, or a text as a pattern that matches it anywhere. */
export function asPattern(text: string | RegExp): RegExp {
  return text instanceof RegExp ? text : new RegExp(escapePattern(text));
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
