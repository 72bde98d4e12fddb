/** How times are written. `undefined` leaves the choice to the host's own settings. */
export interface Locale {
  /** BCP 47 language tag. */
  readonly language: string | undefined;
  /** IANA time zone. */
  readonly timeZone: string | undefined;
}

/** A point in time as a person reads it at time `now`: `14:05`, or `Nov 21, 14:05` on another day. Epoch milliseconds. */
export function clockTime(at: number, now: number, locale: Locale): string {
  const day = (when: number): string => part(when, locale, { dateStyle: 'short' });
  const date = day(at) === day(now) ? {} : ({ day: 'numeric', month: 'short' } as const);
  return part(at, locale, { ...date, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** A duration as a person reads it: `0.8 s`, `12 s`, `2 min 5 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 10_000) return `${(Math.max(0, milliseconds) / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** How long ago something happened, in the largest unit that says enough: `5 s`, `12 min`, `3 h`, `40 d`. */
export function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** `1 file`, `2 files`; `plural` is needed for words that do not simply take an s. */
export function count(amount: number, singular: string, plural = `${singular}s`): string {
  return `${amount} ${amount === 1 ? singular : plural}`;
}

function part(at: number, locale: Locale, options: Intl.DateTimeFormatOptions): string {
  const zone = locale.timeZone === undefined ? {} : { timeZone: locale.timeZone };
  return new Intl.DateTimeFormat(locale.language, { ...options, ...zone }).format(at);
}
