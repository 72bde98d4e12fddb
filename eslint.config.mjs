import tseslint from 'typescript-eslint';

/** One door for each side effect, named where the wall is hit. */
const doors = [
  {
    selector:
      "CallExpression[callee.name='setTimeout'], CallExpression[callee.name='setInterval'], CallExpression[callee.name='setImmediate']",
    message: 'Take a Scheduler (src/base/scheduler.ts), so that tests can drive time.',
  },
  {
    selector:
      "CallExpression[callee.object.name='Date'][callee.property.name='now'], CallExpression[callee.object.name='performance'][callee.property.name='now'], NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Take the time from a Scheduler (src/base/scheduler.ts).',
  },
];

export default tseslint.config(
  { ignores: ['dist/', '.local/', 'node_modules/', 'test/**/fixtures/', 'examples/', 'src/base/globals.d.ts'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { project: ['./tsconfig.json'], tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // `type` reads better than `interface` for unions and tuples; both stay allowed.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      // Our Disposable is an interface; a class of the host with the same name is only one implementation.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // A promise that nobody waits for hides its failure.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          ignoreVoid: false,
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'describe', 'it', 'suite'] },
          ],
        },
      ],
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/base/scheduler.ts'],
    rules: { 'no-restricted-syntax': ['error', ...doors] },
  },
  { files: ['**/*.mjs'], ...tseslint.configs.disableTypeChecked },
);
