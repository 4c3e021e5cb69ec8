/**
 * The HTTP contract of the db-service as zod schemas: with what it hands on, the only definition of its shapes in code. The app and the
 * islands import their types; nothing else of the db-service is shared.
 */
import { z } from "zod";
import { Cell, Value } from "./value_schemas.ts";

export * from "./table_schemas.ts";
export * from "./value_schemas.ts";

/** Ids of databases and workspaces. */
export const DatabaseId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);

export const MAX_SQL_LENGTH = 20_000;
export const MAX_STATEMENTS = 50;

const Sql = z.string().min(1).max(MAX_SQL_LENGTH);
const Args = z.array(Value).max(1_000);

export const Statement = z.object({ sql: Sql, args: Args.optional() });
export type Statement = z.infer<typeof Statement>;
export const Statements = z.array(Statement).min(1).max(MAX_STATEMENTS);

export const ReadRequest = z.object({
  sql: Sql,
  args: Args.optional(),
  maxRows: z.int().min(1).max(1_000).optional(),
});
export type ReadRequest = z.infer<typeof ReadRequest>;

/** Rows are arrays in the order of `columns`. `ms` is the time the query took in the engine. */
export const ReadResult = z.object({
  columns: z.array(z.string()),
  rows: z.array(z.array(Value)),
  rowCount: z.int(),
  truncated: z.boolean(),
  ms: z.number(),
});
export type ReadResult = z.infer<typeof ReadResult>;

export const Count = z.object({
  table: z.string(),
  inserted: z.int(),
  updated: z.int(),
  deleted: z.int(),
});
export type Count = z.infer<typeof Count>;

/** A row's key: its primary key columns, or `{"rowid"}`. */
export const Key = z.record(z.string(), Cell);
export type Key = z.infer<typeof Key>;

export const Op = z.enum(["insert", "update", "delete"]);

/**
 * One row before and after, in the order of `columns[table]`; null where the row does not exist. `columnsSha256` is the
 * hash of those column names: they are under the digest too, so cells can't be shown under another name.
 */
export const Change = z.object({
  table: z.string(),
  op: Op,
  key: Key,
  before: z.array(Cell).nullable(),
  after: z.array(Cell).nullable(),
  columnsSha256: z.string(),
});
export type Change = z.infer<typeof Change>;

export const Effect = z.object({
  kind: z.enum(["trigger", "cascade", "replace"]),
  table: z.string(),
  name: z.string().optional(),
});
export type Effect = z.infer<typeof Effect>;

/** The exact net change that statements would make. `changes` is one page; `maxRows` the cap of an action. */
export const Preview = z.object({
  digest: z.string(),
  statementsSha256: z.string(),
  counts: z.array(Count),
  pages: z.array(z.string()),
  columns: z.record(z.string(), z.array(z.string())),
  changes: z.array(Change),
  truncated: z.boolean(),
  effects: z.array(Effect),
  maxRows: z.int(),
  at: z.string(),
});
export type Preview = z.infer<typeof Preview>;

export const PreviewRequest = z.object({ statements: Statements, page: z.int().min(0).optional() });
export type PreviewRequest = z.infer<typeof PreviewRequest>;

export const Decision = z.enum(["approve", "revert"]);
export type Decision = z.infer<typeof Decision>;

const Base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);

/** A person's signature. `key` is the RFC 7638 thumbprint, `signature` 64 bytes in base64url. */
export const Approval = z.object({
  key: Base64url.length(43),
  expiresAt: z.iso.datetime(),
  signature: Base64url.length(86),
});
export type Approval = z.infer<typeof Approval>;

export const ExecuteRequest = z.object({
  actionUid: z.uuidv4(),
  statements: Statements,
  digest: Base64url.length(43),
  approval: Approval,
});
export type ExecuteRequest = z.infer<typeof ExecuteRequest>;

/** Where the data stands right after a change, as `GET /version` says it; empty when it could not be asked for. */
const After = { version: z.string() };

/** What an execution did, now or when it ran before (`replay`). */
export const Executed = z.object({
  state: z.literal("executed"),
  affected: z.array(Count),
  canRevert: z.boolean(),
  revertSql: z.string(),
  replay: z.boolean(),
});
export type Executed = z.infer<typeof Executed>;
export const ExecuteResult = Executed.extend(After);
export type ExecuteResult = z.infer<typeof ExecuteResult>;

export const RevertRequest = z.object({ actionUid: z.uuidv4(), approval: Approval });
export type RevertRequest = z.infer<typeof RevertRequest>;

export const Reverted = z.object({
  state: z.literal("reverted"),
  affected: z.array(Count),
  replay: z.boolean(),
});
export type Reverted = z.infer<typeof Reverted>;
export const RevertResult = Reverted.extend(After);
export type RevertResult = z.infer<typeof RevertResult>;

/** A row that moved since the action ran: as it was before, as the action left it, as it is now. */
export const Conflict = z.object({
  table: z.string(),
  key: Key,
  before: z.array(Value).nullable(),
  after: z.array(Value).nullable(),
  current: z.array(Value).nullable(),
});
export type Conflict = z.infer<typeof Conflict>;

const Recorded = z.object({ approval: Approval, approver: z.string(), at: z.string() });

/** What the db-service knows of an action. `executed` and `reverted` say who approved what, and when. */
export const ChangeRecord = z.discriminatedUnion("state", [
  z.object({ state: z.literal("none"), actionUid: z.string() }),
  z.object({
    state: z.enum(["executed", "reverted"]),
    actionUid: z.string(),
    statements: z.array(z.object({ sql: z.string(), args: Args })),
    digest: z.string(),
    affected: z.array(Count),
    canRevert: z.boolean(),
    revertSql: z.string(),
    executed: Recorded,
    reverted: Recorded.nullable(),
  }),
]);
export type ChangeRecord = z.infer<typeof ChangeRecord>;

/** An entry of the chain: `hash` covers the entry and `prev`, the hash of the one before. */
export const ChainEntry = z.object({
  seq: z.int(),
  actionUid: z.string(),
  decision: Decision,
  statementsSha256: z.string(),
  digest: z.string(),
  affected: z.array(Count),
  approval: Approval,
  approver: z.string(),
  at: z.string(),
  prev: z.string(),
  hash: z.string(),
});
export type ChainEntry = z.infer<typeof ChainEntry>;

/** An entry with the statements that `statementsSha256` is the hash of. */
export const ChainRecord = ChainEntry.extend({
  statements: z.array(z.object({ sql: z.string(), args: z.array(Value) })),
});
export type ChainRecord = z.infer<typeof ChainRecord>;

export const PublicKey = z.object({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: Base64url.length(43),
  y: Base64url.length(43),
});
export type PublicKey = z.infer<typeof PublicKey>;

/** Whoever could ever approve here, with the key that verifies what was signed. `key` is its thumbprint. */
export const ApproverKey = z.object({
  key: z.string(),
  name: z.string(),
  publicKey: PublicKey,
  createdAt: z.string(),
  revokedAt: z.string().nullable(),
});
export type ApproverKey = z.infer<typeof ApproverKey>;

/** A page of the chain with all that it takes to verify it elsewhere; `database` is what the approvals name. */
export const ChainPage = z.object({
  database: z.string(),
  changes: z.array(ChainRecord),
  approvers: z.array(ApproverKey),
});
export type ChainPage = z.infer<typeof ChainPage>;

const ApproverName = z.string().trim().min(1).max(80);

/** `codeId` and `proof` answer an invite; see `contract/invite.ts`. */
export const EnrolRequest = z.object({
  publicKey: PublicKey,
  name: ApproverName,
  codeId: z.string().max(80).optional(),
  proof: Base64url.max(80).optional(),
});
export type EnrolRequest = z.infer<typeof EnrolRequest>;

export const Approver = z.object({ key: z.string(), name: z.string(), createdAt: z.string() });
export type Approver = z.infer<typeof Approver>;

export const RenameRequest = z.object({ name: ApproverName });
export type RenameRequest = z.infer<typeof RenameRequest>;

/** `name` is that of the approver to be. */
export const InviteRequest = z.object({ name: ApproverName });
export type InviteRequest = z.infer<typeof InviteRequest>;

/** A code that enrols one key, once. */
export const Invite = z.object({
  codeId: Base64url.length(16),
  code: Base64url.length(22),
  expiresAt: z.iso.datetime(),
});
export type Invite = z.infer<typeof Invite>;

/** The closed list of problem codes. */
export const ProblemCode = z.enum([
  "invalid",
  "not_found",
  "too_large",
  "unauthorized",
  "forbidden",
  "csrf",
  "not_approver",
  "bad_signature",
  "approval_expired",
  "not_pending",
  "not_approved",
  "drift",
  "stale_digest",
  "conflict",
  "action_id_reused",
  "refused_sql",
  "uninspectable",
  "limit",
  "busy",
  "rate_limited",
  "db_unavailable",
  "model_unavailable",
  "internal",
]);
export type ProblemCode = z.infer<typeof ProblemCode>;

/** RFC 9457 problem details with our closed list of codes. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: ProblemCode,
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  preview: Preview.optional(),
  conflicts: z.array(Conflict).optional(),
  now: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;
