import { test } from 'node:test';
import { lastTest } from './lastTest.ts';

// Node's runner ends with its process, which here is VS Code's. Tests of one process run one after the other, in the
// order of their files: when this one has run, all have.
test(lastTest, () => {});
