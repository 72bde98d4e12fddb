import type { NackReason } from '../../protocol/frame.ts';

/** The error code that Node attached, such as `ENOENT`; '' when there is none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Whether the error says that the path, or a folder on the way to it, does not exist. */
export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** What a failed disk operation means to the other side. */
export function nackReason(error: unknown): NackReason {
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'diskFull';
    case 'EROFS':
      return 'readOnly';
    case 'EACCES':
    case 'EPERM':
      return 'denied';
    case 'ENAMETOOLONG':
    case 'EILSEQ':
    case 'EINVAL':
      return 'name';
    case 'EBUSY':
    case 'ETXTBSY':
    case 'EMFILE':
    case 'ENFILE':
      return 'busy';
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ELOOP':
      return 'parent';
    case 'ENOTEMPTY':
      return 'notEmpty';
    default:
      return 'failed';
  }
}
