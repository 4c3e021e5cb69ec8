import { Head } from "fresh/runtime";
import type { WorkspaceView } from "@/agent/types.ts";
import Chat from "@/islands/Chat.tsx";
import Data from "@/islands/Data.tsx";
import { createState } from "@/islands/lib/state.ts";
import Queue from "@/islands/Queue.tsx";
import TopBar from "@/islands/TopBar.tsx";

/** The one screen of a workspace. The four islands share one state, made here. */
export function WorkspacePage({ view }: { view: WorkspaceView }) {
  const state = createState(view);
  return (
    <div class="app">
      <Head>
        <title>{`${view.workspace.name} · Gatekeeper`}</title>
      </Head>
      <TopBar state={state} />
      <main class="panels">
        <Chat state={state} />
        <Queue state={state} />
        <Data state={state} />
      </main>
    </div>
  );
}
