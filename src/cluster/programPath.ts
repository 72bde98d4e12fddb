import path from 'node:path';

/** What the search path is made of. */
export interface ProgramPathOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The home folder. */
  readonly home: string;
  readonly platform: NodeJS.Platform;
}

/**
 * The PATH for login programs: the given one, then the folders where such programs are usually installed. A VS Code
 * that was started from the desktop does not have what a shell's start-up files add.
 */
export function programPath({ env, home, platform }: ProgramPathOptions): string {
  const windows = platform === 'win32';
  const paths = windows ? path.win32 : path.posix;
  const present = (pathVariable(env, windows) ?? '').split(paths.delimiter).filter((folder) => folder !== '');
  const usual = windows ? windowsFolders(env) : unixFolders;
  const personal = homeFolders.map((folder) => paths.join(home, folder));
  return [...new Set([...present, ...usual, ...personal])].join(paths.delimiter);
}

/** Below the home folder, on every platform. */
const homeFolders = [
  '.local/bin',
  'bin',
  '.krew/bin',
  '.azure-kubelogin',
  '.asdf/shims',
  '.local/share/mise/shims',
  'go/bin',
  'google-cloud-sdk/bin',
  'scoop/shims',
  '.nix-profile/bin',
];

const unixFolders = [
  '/usr/local/bin',
  '/usr/bin',
  '/bin',
  '/opt/homebrew/bin',
  '/opt/homebrew/share/google-cloud-sdk/bin',
  '/usr/local/share/google-cloud-sdk/bin',
  '/usr/lib/google-cloud-sdk/bin',
  '/opt/local/bin',
  '/home/linuxbrew/.linuxbrew/bin',
  '/snap/bin',
  '/run/current-system/sw/bin',
];

function windowsFolders(env: ProgramPathOptions['env']): readonly string[] {
  const { LOCALAPPDATA: local, ProgramFiles: programs, ProgramData: data } = env;
  const below = (root: string | undefined, ...folders: readonly string[]): readonly string[] =>
    root === undefined ? [] : folders.map((folder) => path.win32.join(root, folder));
  return [
    ...below(local, 'Microsoft\\WinGet\\Links', 'Google\\Cloud SDK\\google-cloud-sdk\\bin'),
    ...below(
      programs,
      'Amazon\\AWSCLIV2',
      'Microsoft SDKs\\Azure\\CLI2\\wbin',
      'Google\\Cloud SDK\\google-cloud-sdk\\bin',
    ),
    ...below(data, 'chocolatey\\bin'),
  ];
}

/** Windows does not mind the case of a variable's name. */
function pathVariable(env: ProgramPathOptions['env'], windows: boolean): string | undefined {
  if (!windows) return env.PATH;
  const name = Object.keys(env).find((key) => key.toUpperCase() === 'PATH');
  return name === undefined ? undefined : env[name];
}
