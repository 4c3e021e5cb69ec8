/** The history as JSON: whole only with its last line, so that what was cut off can't pass for an export. */
import type { History } from "./collect.ts";
import { KIND, VERSION } from "./shape.ts";

/** The pieces of the file, one entry a line. `at` is ISO 8601 UTC. */
export async function* historyJson(
  history: History,
  workspace: { id: string; name: string },
  at: string,
): AsyncGenerator<string> {
  const { id, name } = workspace;
  const head = {
    kind: KIND,
    v: VERSION,
    exportedAt: at,
    workspace: { id, name },
    database: history.database,
  };
  yield `${JSON.stringify(head).slice(0, -1)},\n"history":[`;
  yield* items(history.decisions());
  yield `],\n"queue":[`;
  yield* items(history.others());
  // Last, because a key may be enrolled, sign and be revoked while the file is being written.
  yield `],\n"approvers":${JSON.stringify(history.approvers())}}\n`;
}

async function* items(groups: AsyncGenerator<unknown[]>): AsyncGenerator<string> {
  let comma = "\n";
  for await (const group of groups) {
    if (group.length === 0) continue;
    yield comma + group.map((item) => JSON.stringify(item)).join(",\n");
    comma = ",\n";
  }
}
