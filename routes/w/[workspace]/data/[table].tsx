import { page } from "fresh";
import { define } from "../../../(_web)/define.ts";
import { workspaceView } from "../../../(_web)/workspace_view.ts";
import { WorkspacePage } from "../../../(_web)/WorkspacePage.tsx";

export const handler = define.handlers({
  GET: async (ctx) => page({ view: await workspaceView(ctx, { panel: "data", table: ctx.params.table }) }),
});

export default define.page<typeof handler>(({ data }) => <WorkspacePage view={data.view} />);
