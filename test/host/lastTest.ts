/** Name of the test that runs after all others and is not reported. */
export const lastTest = 'the last test has run';
