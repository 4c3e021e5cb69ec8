/** What every request passes: where it comes from, who it is, and what an error looks like on the way out. */
import { type Context, HttpError } from "fresh";
import { strangerInLocalMode } from "@/agent/boundary.ts";
import { Refusal } from "@/agent/errors.ts";
import { personOf } from "@/agent/people.ts";
import { settings } from "@/agent/settings.ts";
import type { State } from "./define.ts";
import { SECURITY_HEADERS } from "./headers.ts";
import { problemResponse, refusalOf } from "./problem.ts";

/** The outermost middleware. Lets nobody through who has no business here, and nothing internal out. */
export async function guard(ctx: Context<State>): Promise<Response> {
  const response = await answer(ctx);
  // A WebSocket's answer belongs to the runtime and takes no headers.
  if (response.status !== 101) {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
    const policy = response.headers.get("content-security-policy");
    // There is no https on a laptop: a browser that takes this for loopback too would find nothing.
    if (policy && settings().mode === "local") {
      response.headers.set("content-security-policy", policy.replace(/\s*upgrade-insecure-requests;?/, ""));
    }
  }
  return response;
}

async function answer(ctx: Context<State>): Promise<Response> {
  const { pathname } = ctx.url;
  if (settings().mode === "local") {
    const stranger = strangerInLocalMode(ctx.req.headers);
    if (stranger) return problemResponse(stranger);
  }
  if (pathname === "/healthz") return await ctx.next();
  const person = personOf(ctx.req);
  if (!person) return problemResponse(new Refusal("unauthorized", "Sign in first."));
  ctx.state.person = person;
  if (!pathname.startsWith("/api/")) return await page(ctx);
  try {
    const response = await ctx.next();
    // What the router itself says (no such route, no such method) is a page; programs get a problem.
    const spoken = response.status < 400 ||
      response.headers.get("content-type") === "application/problem+json";
    if (spoken) return response;
    await response.body?.cancel();
    return problemResponse(
      new Refusal(response.status >= 500 ? "internal" : "not_found", "There is nothing here."),
    );
  } catch (error) {
    return problemResponse(refusalOf(error, pathname));
  }
}

/** Pages say the same in HTML: the error page shows the sentence. */
async function page(ctx: Context<State>): Promise<Response> {
  try {
    return await ctx.next();
  } catch (error) {
    if (error instanceof HttpError) throw error;
    const refusal = refusalOf(error, ctx.url.pathname);
    throw new HttpError(refusal.status, refusal.message);
  }
}
