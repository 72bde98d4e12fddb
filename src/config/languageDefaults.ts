import type { Language } from './devConfig.ts';

/** What a language brings along when the file does not say otherwise. */
export interface LanguageDefaults {
  readonly image: string;
  readonly debugPort: number;
}

/** Defaults by language; ports are those that the language's own tools use. */
export const languageDefaults: Readonly<Record<Language, LanguageDefaults>> = {
  node: { image: 'docker.io/podloop/dev-node:24', debugPort: 9229 },
  python: { image: 'docker.io/podloop/dev-python:3.13', debugPort: 5678 },
};
