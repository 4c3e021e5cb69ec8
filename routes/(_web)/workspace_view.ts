/** What the three addresses of a workspace have in common: who may see it, and the view of it. */
import type { WorkspaceView } from "@/agent/types.ts";
import { enter, meOf } from "@/agent/people.ts";
import { askedOf, listingIn } from "@/islands/lib/listing.ts";
import { type Asked, viewOf } from "@/agent/view.ts";
import type { State } from "./define.ts";

interface PageContext {
  url: URL;
  params: Record<string, string>;
  state: State;
}

export async function workspaceView(
  ctx: PageContext,
  asked: Omit<Asked, "panel"> & Partial<Asked>,
): Promise<WorkspaceView> {
  const { person } = ctx.state;
  const { workspace, info } = await enter(person, ctx.params.workspace, "viewer");
  const panel = ctx.url.searchParams.get("panel");
  const wanted = panel === "queue" || panel === "data" ? panel : "chat";
  const listing = listingIn(ctx.url.searchParams);
  return await viewOf(await meOf(person), info, workspace, {
    panel: wanted,
    listing: listing && { asked: listing, query: askedOf(listing) },
    ...asked,
  });
}
