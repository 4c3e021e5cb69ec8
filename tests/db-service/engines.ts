/** The service over the sample on either engine, for rules that hold on both. */
import { openRemote } from "@/db-service/engine/remote.ts";
import { Server } from "@/db-service/engine/remote/server.ts";
import { begin } from "@/db-service/engine/remote/tx.ts";
import { createSample } from "@/db-service/record/sample.ts";
import { openBeside } from "@/tests/sqlite.ts";
import type { EngineName } from "./benches.ts";
import { type Sqld, startSqld } from "./sqld.ts";
import { type DbService, startDbService } from "./start.ts";

/** A service over `main`, which holds the sample and what `script` adds to it. */
export async function withService(
  engine: EngineName,
  { script = "", env = {} }: { script?: string; env?: Record<string, string> },
  work: (service: DbService, sqld: Sqld | null) => Promise<void>,
): Promise<void> {
  if (engine === "remote") return await withRemote({ script, env }, work);
  const service = await startDbService({ env });
  try {
    {
      using db = openBeside(`${service.dataDir}/main.db`);
      db.exec(script);
    }
    await work(service, null);
  } finally {
    await service.stop();
  }
}

async function withRemote(
  { script, env }: { script: string; env: Record<string, string> },
  work: (service: DbService, sqld: Sqld) => Promise<void>,
): Promise<void> {
  const sqld = await startSqld();
  try {
    await addSample(sqld);
    await sqld.run(script);
    const service = await startDbService({ env: { ...remoteEnv(sqld), ...env } });
    try {
      await work(service, sqld);
    } finally {
      await service.stop();
    }
  } finally {
    await sqld.stop();
  }
}

/** What tells a service where the database is. */
export function remoteEnv({ url, token, readToken }: Sqld): Record<string, string> {
  return { DATA_DIR: "", LIBSQL_DATABASES: JSON.stringify({ main: { url, token, readToken } }) };
}

/** Creates the sample on a server, which nobody but its owner does. */
export async function addSample(sqld: Sqld): Promise<void> {
  const tx = await begin(new Server(sqld), 4_000, new AbortController().signal);
  await createSample(tx);
  await tx.commit();
  // Our own tables come with the first question about the record.
  const { writer, close } = openRemote(sqld, { deny: [] });
  await writer.approvers();
  await close();
}
