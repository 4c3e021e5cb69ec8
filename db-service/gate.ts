/** The two verbs that lead to a change: nothing reaches the writer that the reader has not inspected. */
import type { Approval, ExecuteResult, Preview, Statement } from "./contract/schemas.ts";
import { normalStatements } from "./contract/digest.ts";
import { type Engine, type Inspection, ServiceError } from "./engine/types.ts";

/** The exact change that statements would make. Throws `refused_sql`, `uninspectable` and what the writer throws. */
export function preview(
  engine: Engine,
  { database, statements, page }: { database: string; statements: Statement[]; page?: number },
): Promise<Preview> {
  const normal = normalStatements(statements);
  return inspected(engine, normal, (inspection) => {
    return engine.writer.preview({
      database,
      statements: normal,
      inspection,
      ...(page === undefined ? {} : { page }),
    });
  });
}

/** Runs approved statements exactly once. Throws like {@link preview}, and `drift` with the new preview. */
export function execute(
  engine: Engine,
  { database, statements, actionUid, digest, approval }: {
    database: string;
    statements: Statement[];
    actionUid: string;
    digest: string;
    approval: Approval;
  },
): Promise<ExecuteResult> {
  const normal = normalStatements(statements);
  return inspected(engine, normal, (inspection) => {
    return engine.writer.execute({ database, statements: normal, inspection, actionUid, digest, approval });
  });
}

/** How often a schema may move between inspection and transaction before we give up. */
const ATTEMPTS = 4;

async function inspected<T>(
  engine: Engine,
  statements: Required<Statement>[],
  work: (inspection: Inspection) => Promise<T>,
): Promise<T> {
  for (let attempt = 1;; attempt++) {
    const inspection = await engine.reader.inspect(statements);
    try {
      return await work(inspection);
    } catch (error) {
      const moved = error instanceof ServiceError && error.code === "busy" &&
        error.message === "schema moved";
      if (!moved) throw error;
      if (attempt === ATTEMPTS) {
        throw new ServiceError("busy", "The schema of the database keeps changing. Try again in a moment.");
      }
    }
  }
}
