/**
 * A db-service for tests of the conversation: the routes that an answer needs, over one made-up table. Both sides of
 * every exchange are checked against the contract, so that a wrong fake, or a wrong client, fails.
 */
import { z } from "zod";
import { digestOf, hash, pageHash, statementsHash } from "@/db-service/contract/digest.ts";
import {
  type Change,
  Preview,
  PreviewRequest,
  Problem,
  ReadRequest,
  ReadResult,
  Schema,
  type Value,
} from "@/db-service/contract/schemas.ts";

/** The token that `localSettings` gives the app. */
const TOKEN = "a-token-for-tests-only";
const AT = "/v1/databases/main";

const column = (name: string, type: string, primaryKey = 0) => ({
  name,
  type,
  notNull: true,
  default: null,
  primaryKey,
  generated: false,
});

/** The one table, as `GET /schema` describes it. */
export const CUSTOMERS = {
  name: "customers",
  kind: "table" as const,
  rows: 3,
  autoKey: "id",
  columns: [column("id", "INTEGER", 1), column("name", "TEXT"), column("tier", "TEXT")],
  foreignKeys: [],
  triggers: [],
};

/** What every read answers. */
export const ROWS = [[1, "Ada", "gold"], [2, "Grace", "silver"], [3, "Linus", "silver"]];

export interface FakeDatabase {
  url: string;
  /** Statements that were read or previewed, in order. */
  seen: string[];
  close(): Promise<void>;
}

/** What the database holds, where a test needs something else. */
export interface Contents {
  tables?: Schema["tables"];
  rows?: Value[][];
}

/** Starts the service. SQL that begins with PRAGMA or ATTACH is refused, as the real one refuses it. */
export function startDatabase({ tables = [CUSTOMERS], rows = ROWS }: Contents = {}): FakeDatabase {
  const seen: string[] = [];
  const handle = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (request.method === "GET" && pathname === "/healthz") return Response.json({ status: "ok" });
    if (request.headers.get("authorization") !== `Bearer ${TOKEN}`) {
      return problem(401, "unauthorized", "The token is not valid.");
    }
    switch (`${request.method} ${pathname}`) {
      case `GET ${AT}/schema`:
        return checked(Schema, { version: "v1", tables });
      case `GET ${AT}/version`:
        return checked(z.object({ version: z.string() }), { version: "v1" });
      case `POST ${AT}/read`: {
        const { sql, maxRows = 1_000 } = ReadRequest.parse(await request.json());
        seen.push(sql);
        if (isRefused(sql)) return problem(422, "refused_sql", "Only SELECT reads here.");
        return checked(ReadResult, {
          columns: ["id", "name", "tier"],
          rows: rows.slice(0, maxRows),
          rowCount: rows.length,
          truncated: rows.length > maxRows,
          ms: 0.4,
        });
      }
      case `POST ${AT}/preview`: {
        const { statements } = PreviewRequest.parse(await request.json());
        seen.push(...statements.map(({ sql }) => sql));
        if (statements.some(({ sql }) => isRefused(sql))) {
          return problem(422, "refused_sql", "Only INSERT, UPDATE and DELETE are taken.");
        }
        return checked(Preview, await previewOf(statements));
      }
      default:
        return problem(404, "not_found", `There is no ${request.method} ${pathname}.`);
    }
  };
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
    onError: (error) => problem(500, "internal", String(error)),
  }, handle);
  return { url: `http://127.0.0.1:${server.addr.port}`, seen, close: () => server.shutdown() };
}

function isRefused(sql: string): boolean {
  return /^\s*(pragma|attach)\b/i.test(sql);
}

/** One customer becomes gold, whatever the statements say. */
async function previewOf(statements: z.infer<typeof PreviewRequest>["statements"]): Promise<Preview> {
  const columns = ["id", "name", "tier"];
  const changes: Change[] = [{
    table: "customers",
    op: "update",
    key: { id: 2 },
    before: [2, "Grace", "silver"],
    after: [2, "Grace", "gold"],
    columnsSha256: await hash(columns),
  }];
  const counts = [{ table: "customers", inserted: 0, updated: 1, deleted: 0 }];
  const pages = [await pageHash(changes)];
  const statementsSha256 = await statementsHash(statements);
  return {
    digest: await digestOf({ database: "main", statementsSha256, counts, pages }),
    statementsSha256,
    counts,
    pages,
    columns: { customers: columns },
    changes,
    truncated: false,
    effects: [],
    maxRows: 1_000,
    at: new Date().toISOString(),
  };
}

function checked<T>(shape: z.ZodType<T>, value: T): Response {
  return Response.json(shape.parse(value));
}

function problem(status: number, code: Problem["code"], detail: string): Response {
  const body: Problem = { type: "about:blank", title: code, status, code, detail };
  return new Response(JSON.stringify(Problem.parse(body)), {
    status,
    headers: { "content-type": "application/problem+json" },
  });
}
