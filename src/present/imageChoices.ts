import { type Language, languages } from '../config/devConfig.ts';
import { languageDefaults } from '../config/languageDefaults.ts';

/** One dev image to choose; without an image it asks for another one. */
export interface ImageChoice {
  readonly image: string | undefined;
  readonly label: string;
  readonly description: string | undefined;
}

const languageNames: Readonly<Record<Language, string>> = { node: 'Node.js', python: 'Python' };

/** The name of a language as its users write it. */
export function languageName(language: Language): string {
  return languageNames[language];
}

/** Dev images for a container, that of the detected language first, then its own image and any other. */
export function imageChoices(detected: Language | undefined, own: string | undefined): readonly ImageChoice[] {
  const sorted = languages.toSorted((a, b) => Number(b === detected) - Number(a === detected));
  return [
    ...sorted.map((language) => ({
      image: languageDefaults[language].image,
      label: languageNames[language],
      description: [languageDefaults[language].image, ...(language === detected ? ['detected'] : [])].join(' · '),
    })),
    ...(own === undefined || own === '' ? [] : [{ image: own, label: "The container's own image", description: own }]),
    { image: undefined, label: 'Another image...', description: undefined },
  ];
}

/** What is wrong with the text as an image reference, or `undefined`. */
export function imageProblem(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return 'Enter an image, for example registry.example.com/team/dev:1.';
  return /^[\w][\w.\-/:@]*$/.test(trimmed) ? undefined : 'An image reference holds no spaces or special characters.';
}
