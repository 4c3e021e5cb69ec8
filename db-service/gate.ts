/** The verbs that lead to a change: no statement reaches the writer that the reader has not inspected. */
import type {
  Approval,
  ExecuteResult,
  Preview,
  ProblemCode,
  RevertResult,
  Statement,
} from "./contract/schemas.ts";
import { normalStatements } from "./contract/digest.ts";
import { type Engine, type Inspection, ServiceError, type Spending } from "./engine/types.ts";
import { inspect } from "./inspections.ts";

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
  request: {
    database: string;
    statements: Statement[];
    actionUid: string;
    digest: string;
    approval: Approval;
  },
): Promise<ExecuteResult> {
  const input = { ...request, statements: normalStatements(request.statements) };
  const run = (inspection: Inspection) => engine.writer.execute({ ...input, inspection });
  return refusedForGood(
    engine,
    { ...input, decision: "approve" },
    () => inspected(engine, input.statements, run),
    // What was executed stays executed: a retry gets its recorded outcome even if the table is gone by now.
    () => run(NOTHING),
  );
}

/** Restores what an action changed, exactly once. Throws what the writer throws. */
export function revert(
  engine: Engine,
  input: { database: string; actionUid: string; approval: Approval },
): Promise<RevertResult> {
  const run = () => engine.writer.revert(input);
  return refusedForGood(engine, { ...input, decision: "revert" }, run, run);
}

/**
 * Refusals that the same request might not meet another time: when the data is as it was, its key is enrolled, its
 * action ran, or its expiry is no longer too far ahead.
 */
const PASSING = new Set<ProblemCode>([
  "drift",
  "conflict",
  "refused_sql",
  "uninspectable",
  "limit",
  "not_approver",
  "not_approved",
  "approval_expired",
]);

/** Does what was approved. When that is refused, it is for good; or a copy of the request took effect meanwhile. */
async function refusedForGood<T>(
  engine: Engine,
  spending: Spending,
  work: () => Promise<T>,
  recorded: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ServiceError) || !PASSING.has(error.code)) throw error;
    if (await engine.writer.spend(spending)) throw error;
    return await recorded();
  }
}

/** How often a schema may move between inspection and transaction before we give up. */
const ATTEMPTS = 4;

/** Stands for statements that won't run: no schema has this version, so the writer would refuse to. */
const NOTHING: Inspection = {
  tables: [],
  direct: [],
  effects: [],
  mayReplace: false,
  usesClock: false,
  schemaVersion: -1,
};

async function inspected<T>(
  engine: Engine,
  statements: Required<Statement>[],
  work: (inspection: Inspection) => Promise<T>,
): Promise<T> {
  for (let attempt = 1;; attempt++) {
    const inspection = await inspect(engine.reader, statements, { anew: attempt > 1 });
    try {
      return await work(inspection);
    } catch (error) {
      if (inspection.meetsHidden === true) refuseQuietly(error);
      const moved = error instanceof ServiceError && error.code === "busy" &&
        error.message === "schema moved";
      if (!moved) throw error;
      if (attempt === ATTEMPTS) {
        throw new ServiceError("busy", "The schema of the database keeps changing. Try again in a moment.");
      }
    }
  }
}

/**
 * A refusal goes back to the agent, and what a trigger raises or a function complains about may quote a cell that
 * READ_DENY hides. What names constraints and columns alone may be passed on.
 */
function refuseQuietly(error: unknown): void {
  if (!(error instanceof ServiceError) || error.code !== "refused_sql") return;
  const [, where, message = ""] = /^(The database refused? [^:]*): (.*)$/s.exec(error.message) ?? [];
  if (where === undefined || QUOTES_NOTHING.test(message)) return;
  throw new ServiceError(
    "refused_sql",
    `${where}. Its message is not shown, for it may quote what READ_DENY hides.`,
  );
}

/** Messages of SQLite that hold names of the schema alone. */
const QUOTES_NOTHING = /^(UNIQUE|NOT NULL|CHECK|FOREIGN KEY) constraint failed\b/;
