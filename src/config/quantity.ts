/** Exponents of ten by suffix of a decimal quantity. */
const decimal = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]);
/** Powers of 1024 by suffix of a binary quantity. */
const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const nano = 9;

/**
 * A quantity of Kubernetes (`0.5`, `500m`, `1.5Gi`, `1e3`) as the API server writes it back (`500m`, `1536Mi`, `1k`), so
 * that what was sent and what comes back are equal; `undefined` when it is none. Like the server it rounds up to
 * billionths.
 */
export function canonicalQuantity(text: string): string | undefined {
  const match = /^\+?(\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,2}))?$/.exec(text);
  const [, number, suffix = '', exponent] = match ?? [];
  if (number === undefined) return undefined;
  const power = binary.indexOf(suffix);
  if (suffix !== '' && power > 0) return binaryQuantity(number, power);
  const scale = exponent === undefined ? (decimal.get(suffix) ?? 0) : Number(exponent);
  // The server keeps the notation with an exponent; ours is one of suffixes.
  const nanos = scaled(number, nano + scale);
  return scale > 18 || scale < -nano ? undefined : decimalText(nanos);
}

function binaryQuantity(number: string, power: number): string {
  const nanos = scaled(number, nano) * 1024n ** BigInt(power);
  const billion = 10n ** BigInt(nano);
  // A fraction of a byte cannot be written with a binary suffix, and below 1024 the server writes it without one.
  if (nanos % billion !== 0n || nanos < 1024n * billion) return decimalText(nanos);
  let rest = nanos / billion;
  let steps = 0;
  while (rest % 1024n === 0n && steps < binary.length - 1) {
    rest /= 1024n;
    steps += 1;
  }
  return `${rest}${binary[steps] ?? ''}`;
}

function decimalText(nanos: bigint): string {
  if (nanos === 0n) return '0';
  let [rest, exponent] = [nanos, -nano];
  while (rest % 1000n === 0n && exponent < 18) {
    rest /= 1000n;
    exponent += 3;
  }
  const [suffix = ''] = [...decimal].find(([, value]) => value === exponent) ?? [];
  return `${rest}${suffix}`;
}

/** `number` times ten to the power of `digits`, rounded up to a whole number. */
function scaled(number: string, digits: number): bigint {
  const [whole = '', fraction = ''] = number.split('.');
  const shift = digits - fraction.length;
  const value = BigInt(`${whole}${fraction}`);
  if (shift >= 0) return value * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return (value + divisor - 1n) / divisor;
}
