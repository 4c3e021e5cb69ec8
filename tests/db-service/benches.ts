/** What a lab needs of each engine: its transactions, another instance of its writer, a way past the gate. */
import type { Executed } from "../../db-service/contract/schemas.ts";
import type { CaptureScope } from "../../db-service/engine/capture/capture_sql.ts";
import { openLocal } from "../../db-service/engine/change/local_tx.ts";
import type { SeedingWriter } from "../../db-service/engine/change/writer.ts";
import { openRemote, WRITE_DEADLINE_MS } from "../../db-service/engine/remote.ts";
import { Server } from "../../db-service/engine/remote/server.ts";
import { begin } from "../../db-service/engine/remote/tx.ts";
import type { Tx } from "../../db-service/engine/types.ts";
import { Child } from "./child.ts";
import { startSqld } from "./sqld.ts";

/** The engines that have to keep the same rules. */
export const ENGINES = ["local", "remote"] as const;
export type EngineName = typeof ENGINES[number];

/** A rule that every engine keeps, as one test for each. */
export function onEveryEngine(
  rule: string,
  body: (engine: EngineName, t: Deno.TestContext) => Promise<void>,
): void {
  for (const engine of ENGINES) Deno.test(`${rule} (${engine})`, (t) => body(engine, t));
}

/** Another writer of the same database, as another instance of the service has one. */
export interface Rival {
  execute(input: Parameters<SeedingWriter["execute"]>[0]): Promise<Executed>;
  end(): Promise<void>;
}

/** What a lab needs of an engine. */
export interface Bench {
  file: string;
  scope: CaptureScope;
  begin: () => Promise<Tx>;
  /** Lets somebody else write, past the gate; null where the witness can. */
  outside: ((sql: string) => Promise<unknown>) | null;
  rival(): Promise<Rival>;
  close(): Promise<void>;
}

export async function localBench(): Promise<Bench> {
  const folder = await Deno.makeTempDir({ prefix: "writer" });
  const file = `${folder}/main.db`;
  const local = await openLocal(file);
  return {
    file,
    scope: "temp",
    begin: local.begin,
    outside: null,
    rival: async () => {
      const child = await new Child("../../db-service/engine/writer_child.ts", [file]).ready();
      return { execute: (input) => child.ask("execute", input), end: () => child.end() };
    },
    close: async () => {
      local.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

export async function remoteBench(): Promise<Bench> {
  const sqld = await startSqld();
  const server = new Server(sqld);
  return {
    file: sqld.file,
    scope: "main",
    begin: () => begin(server, WRITE_DEADLINE_MS, new AbortController().signal),
    outside: (sql) => sqld.run(sql),
    rival: () => {
      const { writer, close } = openRemote(sqld, { deny: [] });
      return Promise.resolve({ execute: (input) => writer.execute(input), end: close });
    },
    close: () => sqld.stop(),
  };
}
