/** The routes of CONTRACT.md: each parses, calls one verb and answers. */
import { z } from "zod";
import {
  type ChainPage,
  EnrolRequest,
  ExecuteRequest,
  InviteRequest,
  PreviewRequest,
  ReadRequest,
  RenameRequest,
  RevertRequest,
  RowsQuery,
} from "../contract/schemas.ts";
import { type Engine, ServiceError } from "../engine/types.ts";
import { execute, preview, revert } from "../gate.ts";
import { unknownKey } from "../record/approvers.ts";
import type { Service } from "../service.ts";
import { parse, readBody } from "./body.ts";

/** A request on its way to a route. `engine` throws `not_found` before a route looks at the body. */
export interface Context {
  request: Request;
  url: URL;
  service: Service;
  database: string;
  /** The last variable part of the path. */
  name: string;
}

export interface Route {
  method: string;
  pattern: URLPattern;
  /** Whose token opens it. */
  opens: "app" | "admin";
  /** What the log calls it: no names of tables or ids. */
  label: string;
  handle(context: Context): Promise<Response>;
}

const CreateRequest = z.object({ seed: z.boolean().optional() });
const After = z.object({ after: z.coerce.number().int().min(0).default(0) });

export const ROUTES: Route[] = [
  route("GET", "/v1/databases", async ({ service }) => Response.json({ databases: await service.list() })),
  route("PUT", "/v1/databases/:database", async ({ request, service, database }) => {
    const { seed = false } = await readBody(request, CreateRequest);
    const created = await service.create(database, { sample: seed });
    return Response.json({ database, created }, { status: created ? 201 : 200 });
  }),
  engineRoute("GET", "schema", (engine) => engine.reader.schema()),
  engineRoute("GET", "version", async (engine) => ({ version: await engine.reader.version() })),
  engineRoute("GET", "rows/:name", async (engine, { url, name }) => {
    const query = RowsQuery.safeParse(Object.fromEntries(url.searchParams));
    if (query.success) return await engine.reader.rows(name, query.data);
    // That there is no such table is said before what is wrong with the query.
    await engine.reader.rows(name, { limit: 1 });
    return parse(RowsQuery, Object.fromEntries(url.searchParams));
  }),
  engineRoute("POST", "read", async (engine, { request }) => {
    return await engine.reader.read(await readBody(request, ReadRequest));
  }),
  engineRoute("POST", "preview", async (engine, { request, database }) => {
    return await preview(engine, { database, ...await readBody(request, PreviewRequest) });
  }),
  engineRoute("POST", "execute", async (engine, { request, database }) => {
    return await execute(engine, { database, ...await readBody(request, ExecuteRequest) });
  }),
  engineRoute("POST", "revert", async (engine, { request, database }) => {
    return await revert(engine, { database, ...await readBody(request, RevertRequest) });
  }),
  engineRoute("GET", "changes", async (engine, { url, database }) => {
    const { after } = parse(After, Object.fromEntries(url.searchParams));
    const [changes, approvers] = await Promise.all([engine.writer.changes(after), engine.writer.keys()]);
    return { database, changes, approvers } satisfies ChainPage;
  }),
  engineRoute("GET", "changes/:name", (engine, { name }) => engine.writer.record(name)),
  engineRoute("GET", "approvers", async (engine) => ({ approvers: await engine.writer.approvers() })),
  route("POST", "/v1/databases/:database/approvers", async ({ request, service, database }) => {
    const engine = await service.engine(database);
    const approver = await engine.writer.enrol(await readBody(request, EnrolRequest), service.settings.mode);
    return Response.json(approver, { status: 201 });
  }),
  engineRoute("PATCH", "approvers/:name", async (engine, { request, name }) => {
    // That there is no such key is said before what is wrong with the body.
    if (!(await engine.writer.approvers()).some(({ key }) => key === name)) throw unknownKey();
    return await engine.writer.rename(name, (await readBody(request, RenameRequest)).name);
  }),
  route("DELETE", "/v1/databases/:database/approvers/:name", async ({ service, database, name }) => {
    const engine = await service.engine(database);
    await engine.writer.revoke(name);
    return new Response(null, { status: 204 });
  }),
  route("POST", "/v1/databases/:database/invites", async ({ request, service, database }) => {
    const engine = await service.engine(database);
    const invite = await engine.writer.invite((await readBody(request, InviteRequest)).name);
    return Response.json(invite, { status: 201 });
  }, "admin"),
];

/**
 * The route of a request, or undefined; a known path with another method is a 404 like any other. `names` throws
 * `not_found` for parts of the path that are not encoded properly.
 */
export function findRoute(
  method: string,
  url: URL,
): { route: Route; names: () => { database: string; name: string } } | undefined {
  for (const route of ROUTES) {
    if (route.method !== method) continue;
    const groups = route.pattern.exec({ pathname: url.pathname })?.pathname.groups;
    if (groups === undefined) continue;
    return { route, names: () => ({ database: decode(groups.database), name: decode(groups.name) }) };
  }
}

function route(
  method: string,
  pathname: string,
  handle: Route["handle"],
  opens: Route["opens"] = "app",
): Route {
  return { method, pattern: new URLPattern({ pathname }), opens, label: `${method} ${pathname}`, handle };
}

/** A route of one database that answers 200 with JSON. */
function engineRoute(
  method: string,
  path: string,
  answer: (engine: Engine, context: Context) => Promise<unknown>,
): Route {
  return route(method, `/v1/databases/:database/${path}`, async (context) => {
    return Response.json(await answer(await context.service.engine(context.database), context));
  });
}

function decode(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? "");
  } catch {
    throw new ServiceError("not_found", "The address is not encoded properly.");
  }
}
