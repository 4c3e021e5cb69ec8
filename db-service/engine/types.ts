/**
 * What an engine is: a reader that cannot write, and a writer that writes only what a person approved. The local file
 * and a remote libSQL server stand behind the same two interfaces.
 */
import type {
  Approval,
  Approver,
  ApproverKey,
  ChainRecord,
  ChangeRecord,
  Effect,
  EnrolRequest,
  ExecuteResult,
  Invite,
  Preview,
  Problem,
  ProblemCode,
  ReadRequest,
  ReadResult,
  RevertResult,
  RowsQuery,
  RowsResult,
  Schema,
  Statement,
} from "../contract/schemas.ts";

/** What a problem may carry beside its code and sentence. */
export type ProblemExtra = Partial<
  Pick<Problem, "preview" | "conflicts" | "errors" | "now">
>;

/** A refusal or failure with a code of the closed list; `message` is a sentence for the person. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  constructor(
    readonly code: ProblemCode,
    message: string,
    readonly extra: ProblemExtra = {},
  ) {
    super(message);
  }
}

/** A SQLite value as both drivers hand it out: integers are bigint, reals number, blobs bytes. */
export type SqlValue = null | string | number | bigint | Uint8Array;

/** What EXPLAIN says that statements would do. */
export interface Inspection {
  /** Every table that may be written, through triggers and cascades too, in the schema's spelling, sorted. */
  tables: string[];
  /** Tables that the statements name as targets. */
  direct: string[];
  effects: Effect[];
  /** A REPLACE- or UPSERT-style conflict resolution is possible in a statement, a table definition or a trigger. */
  mayReplace: boolean;
  /** A statement, default or trigger may read the clock. */
  usesClock: boolean;
  /** What READ_DENY hides lies in a changed table, or a trigger reads it: a message of the engine may quote it. */
  meetsHidden?: boolean;
  /** `PRAGMA schema_version` when this was found out. */
  schemaVersion: number;
}

/** The side that cannot write. Every method may throw {@link ServiceError}. */
export interface Reader {
  read(request: ReadRequest): Promise<ReadResult>;
  rows(table: string, query: RowsQuery): Promise<RowsResult>;
  schema(): Promise<Schema>;
  inspect(statements: Statement[]): Promise<Inspection>;
  version(): Promise<string>;
  close(): Promise<void>;
}

/** Inspected statements on their way to the writer. */
export interface WriteInput {
  database: string;
  statements: Required<Statement>[];
  inspection: Inspection;
}

/** A decision whose request is about to be answered with a refusal. */
export type Spending =
  & { database: string; actionUid: string; approval: Approval }
  & (
    | { decision: "approve"; statements: Required<Statement>[]; digest: string }
    | { decision: "revert" }
  );

/** The side that writes, and only what was approved. Every method may throw {@link ServiceError}. */
export interface Writer {
  preview(input: WriteInput & { page?: number }): Promise<Preview>;
  execute(
    input: WriteInput & {
      actionUid: string;
      digest: string;
      approval: Approval;
    },
  ): Promise<ExecuteResult>;
  revert(
    input: { database: string; actionUid: string; approval: Approval },
  ): Promise<RevertResult>;
  /**
   * Ends an approval that is refused: no copy of its request takes effect later. False when one did meanwhile, so that
   * asking again gives its outcome.
   */
  spend(input: Spending): Promise<boolean>;
  record(uid: string): Promise<ChangeRecord>;
  changes(after: number): Promise<ChainRecord[]>;
  approvers(): Promise<Approver[]>;
  /** Every key that could ever approve, revoked ones included. */
  keys(): Promise<ApproverKey[]>;
  /** Makes a one-time code that enrols a key as an approver of this name. */
  invite(name: string): Promise<Invite>;
  enrol(request: EnrolRequest, mode: "local" | "production"): Promise<Approver>;
  rename(key: string, name: string): Promise<Approver>;
  revoke(key: string): Promise<void>;
  close(): Promise<void>;
}

/** A database behind its two sides. */
export interface Engine {
  readonly reader: Reader;
  readonly writer: Writer;
  /** Ends whatever the engine started; requests under way fail as `db_unavailable`. */
  close(): Promise<void>;
}

/** Result row access inside a write transaction; integers are bigint, blobs Uint8Array. */
export interface Tx {
  query(sql: string, args?: SqlValue[]): Promise<SqlValue[][]>;
  run(sql: string, args?: SqlValue[]): Promise<void>;
  script(sqls: string[]): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}
