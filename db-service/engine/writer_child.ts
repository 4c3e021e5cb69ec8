/**
 * The writer's process: the only one that opens a database file for writing. Its arguments are the file and the days
 * for which captured rows are kept. What is
 * still uncommitted when it is killed was never there.
 */
import type { Approval, EnrolRequest } from "../contract/schemas.ts";
import { openLocal } from "./change/local_tx.ts";
import { RollbackFailed } from "./change/transaction.ts";
import { createWriter, type SeedingWriter } from "./change/writer.ts";
import { serve } from "./child_loop.ts";
import { fileVersion } from "./read/version.ts";
import type { Spending, WriteInput } from "./types.ts";

/** What the parent asks: each method takes one JSON argument. `version` says where the data stands. */
export function writerHandlers(writer: SeedingWriter, version: () => string) {
  return {
    preview: (input: WriteInput & { page?: number }) => writer.preview(input),
    execute: async (
      input: WriteInput & {
        actionUid: string;
        digest: string;
        approval: Approval;
      },
    ) => ({ ...await writer.execute(input), version: version() }),
    revert: async (
      input: { database: string; actionUid: string; approval: Approval },
    ) => ({ ...await writer.revert(input), version: version() }),
    spend: (input: Spending) => writer.spend(input),
    record: (uid: string) => writer.record(uid),
    changes: (after: number) => writer.changes(after),
    keys: () => writer.keys(),
    approvers: () => writer.approvers(),
    invite: (name: string) => writer.invite(name),
    enrol: (
      { request, mode }: {
        request: EnrolRequest;
        mode: "local" | "production";
      },
    ) => writer.enrol(request, mode),
    rename: ({ key, name }: { key: string; name: string }) => writer.rename(key, name),
    revoke: (key: string) => writer.revoke(key),
    seed: (input: { sample: boolean }) => writer.seed(input),
  };
}

if (import.meta.main) {
  const [file, retentionDays] = Deno.args;
  const local = await openLocal(file);
  const writer = createWriter({
    begin: local.begin,
    close: local.close,
    scope: "temp",
    now: Date.now,
    ...(retentionDays === undefined ? {} : { retentionDays: Number(retentionDays) }),
  });
  await writer.adopt();
  await serve(exitOnBrokenConnection(writerHandlers(writer, () => fileVersion(file))));
}

/** A connection that can't roll back must not serve another request: the parent starts this process anew. */
function exitOnBrokenConnection<
  H extends Record<string, (arg: never) => Promise<unknown>>,
>(handlers: H): H {
  const guarded = Object.entries(handlers).map((
    [name, handler],
  ) => [name, async (arg: never) => {
    try {
      return await handler(arg);
    } catch (error) {
      if (error instanceof RollbackFailed) {
        console.error(error);
        Deno.exit(70);
      }
      throw error;
    }
  }]);
  return Object.fromEntries(guarded);
}
