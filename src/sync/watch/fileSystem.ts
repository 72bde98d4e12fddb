import { statfsSync } from 'node:fs';
import { errorCode } from '../replica/diskError.ts';

/** Linux's numbers of file systems that another machine may write to, of which nothing is told here. */
const remoteFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9p'],
  [0x65735546, 'FUSE'],
  [0x786f4256, 'VirtualBox'],
  [0xbacbacbc, 'VMware'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
]);

/** The kind of a folder's file system when another machine may change it unnoticed, e.g. "9p" for WSL's /mnt/c. */
export function remoteFileSystem(folder: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return remoteFileSystems.get(statfsSync(folder).type);
  } catch (error) {
    if (errorCode(error) !== '') return undefined;
    throw error;
  }
}
