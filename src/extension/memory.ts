import type { Memento } from 'vscode';
import { z } from 'zod';
import type { WorkloadId } from '../session/core/state.ts';

const choiceSchema = z.object({ container: z.string(), folder: z.string(), image: z.string().optional() });

/** What the user chose for a workload at the last Start Develop. */
export type Choice = z.output<typeof choiceSchema>;

/** Remembers choices, so that nothing is asked twice. */
export class Memory {
  readonly #store: Memento;

  constructor(store: Memento) {
    this.#store = store;
  }

  choice(workload: WorkloadId): Choice | undefined {
    return choiceSchema.safeParse(this.#store.get(keyOf(workload))).data;
  }

  async remember(workload: WorkloadId, choice: Choice): Promise<void> {
    await this.#store.update(keyOf(workload), choice);
  }
}

function keyOf({ context, namespace, kind, name }: WorkloadId): string {
  return `choice:${JSON.stringify([context, namespace, kind, name])}`;
}
