import * as vscode from 'vscode';

/** The parts of package.json that the tests compare with what VS Code made of them. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category?: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default?: unknown }>> };
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
  };
}

/** The installed Podloop; throws where it is not installed. */
export function extensionUnderTest(): vscode.Extension<unknown> {
  const extension = vscode.extensions.getExtension('podloop.podloop');
  if (extension === undefined) throw new Error('Podloop is not installed in this VS Code.');
  return extension;
}

/** Its package.json as VS Code read it. */
export function manifest(): Manifest {
  return extensionUnderTest().packageJSON as Manifest;
}
