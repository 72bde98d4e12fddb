import path from 'node:path';
import { test } from 'node:test';
import { slug, type StepRecorder } from './steps.ts';
import type { VsCode } from './vsCode.ts';

/** A test through the window: its steps are printed and pictured, and a failure says where the pictures are. */
export function scenario(
  name: string,
  vsCode: () => VsCode,
  body: (vsCode: VsCode, step: StepRecorder['step']) => Promise<void>,
): void {
  test(name, async (context) => {
    const window = vsCode();
    const recorder = window.record(slug(name), (line) => {
      context.diagnostic(line);
    });
    window.consoleErrors.take();
    try {
      await body(window, recorder.step);
    } catch (error) {
      await recorder.screenshot('99-at-the-end');
      console.log(`Pictures of the failed test: ${path.relative(process.cwd(), recorder.folder)}`);
      console.log(`Log of VS Code: ${path.relative(process.cwd(), window.server.logFile)}`);
      for (const line of window.consoleErrors.take()) console.log(`Console: ${line}`);
      throw error;
    }
  });
}
