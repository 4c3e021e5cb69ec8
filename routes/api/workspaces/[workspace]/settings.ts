import { enter } from "@/agent/people.ts";
import { changeSettings, SettingsChange, settingsOf } from "@/agent/workspace_settings.ts";
import { readBody } from "../../../(_web)/body.ts";
import { define } from "../../../(_web)/define.ts";

/** What is set for the workspace: for its owner to see and change. */
export const handler = define.handlers({
  async GET(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "owner");
    return ctx.json(await settingsOf(workspace.id));
  },

  async PUT(ctx) {
    const { workspace } = await enter(ctx.state.person, ctx.params.workspace, "owner");
    return ctx.json(await changeSettings(workspace.id, await readBody(ctx.req, SettingsChange)));
  },
});
