/** How times are written. `undefined` leaves the choice to the host's own settings. */
export interface Locale {
  /** BCP 47 language tag. */
  readonly language: string | undefined;
  /** IANA time zone. */
  readonly timeZone: string | undefined;
}

/** A point in time as a person reads it at time `now`: `14:05`, or `Nov 21, 14:05` on another day. Epoch milliseconds. */
export function clockTime(at: number, now: number, locale: Locale): string {
  return timeOfDay(at, now, locale, {});
}

/** The same to the second, to tell apart what happened shortly after one another: `14:05:31`. */
export function clockSecond(at: number, now: number, locale: Locale): string {
  return timeOfDay(at, now, locale, { second: '2-digit' });
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

/** `1 file`, `1,240 files`; `plural` is needed for words that do not simply take an s. */
export function count(amount: number, singular: string, plural = `${singular}s`): string {
  return `${grouped(amount)} ${amount === 1 ? singular : plural}`;
}

/** An amount with its digits in groups, as the English words around it want: `1,240`. */
export function grouped(amount: number): string {
  return String(amount).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** An amount of bytes to two or three digits: `820 B`, `3.2 MB`, `41 MB`. */
export function byteCount(bytes: number): string {
  let amount = bytes;
  for (const unit of ['B', 'KB', 'MB', 'GB']) {
    if (amount < 999.5) return `${unit === 'B' || amount >= 9.95 ? Math.round(amount) : amount.toFixed(1)} ${unit}`;
    amount /= 1000;
  }
  return `${amount.toFixed(1)} TB`;
}

/** How quickly something small was done: `8 ms`, and from a second on as `duration`. */
export function quickness(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.max(1, Math.round(milliseconds))} ms` : duration(milliseconds);
}

function timeOfDay(at: number, now: number, locale: Locale, precision: Intl.DateTimeFormatOptions): string {
  const day = (when: number): string => part(when, locale, { dateStyle: 'short' });
  const date = day(at) === day(now) ? {} : ({ day: 'numeric', month: 'short' } as const);
  return part(at, locale, { ...date, hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...precision });
}

function part(at: number, locale: Locale, options: Intl.DateTimeFormatOptions): string {
  const zone = locale.timeZone === undefined ? {} : { timeZone: locale.timeZone };
  return new Intl.DateTimeFormat(locale.language, { ...options, ...zone }).format(at);
}
