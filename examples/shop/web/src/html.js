/** Markup that needs no more escaping. */
class Html {
  #text;

  constructor(text) {
    this.#text = text;
  }

  toString() {
    return this.#text;
  }
}

/**
 * Template tag for markup. Values are escaped unless they are markup themselves; lists are joined; `false`, `null` and
 * `undefined` leave nothing behind.
 */
export function html(strings, ...values) {
  return new Html(strings.map((text, index) => text + markup(values[index])).join(''));
}

function markup(value) {
  if (value === undefined || value === null || value === false) return '';
  if (Array.isArray(value)) return value.map(markup).join('');
  return value instanceof Html ? String(value) : escape(String(value));
}

function escape(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
