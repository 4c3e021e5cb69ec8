/** A text that changes whenever anything is committed to a remote database. */
import type { Session } from "./compile.ts";
import { firstNumber, VERSION } from "./facts.ts";

/**
 * sqld counts commits and says so with each answer (`replication_index`); what is rolled back does not count. Where a
 * server does not say, the schema's version and our own record stand in: then changes past this service go unnoticed.
 */
export async function remoteVersion({ server, deadline }: Session): Promise<string> {
  const { results: [version, hasRecord], commits } = await server.readWithVersion(deadline, [
    VERSION,
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '_gk_change'",
  ]);
  if (commits !== null) return `r${Number(commits).toString(36)}`;
  const recorded = firstNumber(hasRecord) === 0
    ? 0
    : firstNumber((await server.read(deadline, ["SELECT max(seq) FROM _gk_change"]))[0]);
  return `s${firstNumber(version).toString(36)}-${recorded.toString(36)}`;
}
