/** The HTTP face: guards, routes, problems, and one line in the log for each request. */
import { ServiceError } from "../engine/types.ts";
import type { Service } from "../service.ts";
import { requireLocal, tokenCheck } from "./guards.ts";
import { asServiceError, problemResponse } from "./problem.ts";
import { findRoute } from "./routes.ts";

/** Makes the handler of all requests. It never throws. */
export function createHandler(service: Service): (request: Request) => Promise<Response> {
  const checks = {
    app: tokenCheck(service.settings.token),
    admin: tokenCheck(service.settings.adminToken),
  };
  return async (request) => {
    const started = performance.now();
    const found: { label?: string; database?: string } = {};
    let response: Response;
    let code: string | undefined;
    try {
      response = await answer(request, found);
    } catch (error) {
      const refusal = asServiceError(error, service.log);
      code = refusal.code;
      response = problemResponse(refusal);
    }
    response.headers.set("cache-control", "no-store");
    response.headers.set("x-content-type-options", "nosniff");
    // Never the path itself, a body or a header: names, SQL, arguments and tokens stay out of the log.
    service.log({
      event: "request",
      route: found.label ?? "none",
      ...(found.database === undefined ? {} : { database: found.database }),
      status: response.status,
      ...(code === undefined ? {} : { code }),
      ms: Math.round((performance.now() - started) * 10) / 10,
    });
    return response;
  };

  async function answer(
    request: Request,
    found: { label?: string; database?: string },
  ): Promise<Response> {
    if (service.settings.mode === "local") requireLocal(request);
    // Deno builds this address from the Host header, which may be anything.
    if (!URL.canParse(request.url)) {
      throw new ServiceError("invalid", "The address or the Host header is malformed.");
    }
    const url = new URL(request.url);
    if (url.pathname === "/healthz" && request.method === "GET") {
      found.label = "GET /healthz";
      return Response.json({ status: "ok" });
    }
    const match = findRoute(request.method, url);
    // Each token opens its own doors and no other; what is not there asks for the app's.
    await (await checks[match?.route.opens ?? "app"])(request);
    if (match === undefined) throw new ServiceError("not_found", "There is nothing at this address.");
    const { route } = match;
    const { database, name } = match.names();
    found.label = route.label;
    if (database !== "") found.database = database.slice(0, 63);
    return await route.handle({ request, url, service, database, name });
  }
}
