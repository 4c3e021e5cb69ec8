import { checkHealth } from "@/agent/database.ts";
import { keys } from "@/agent/store/keys.ts";
import { openStore } from "@/agent/store/kv.ts";
import { define } from "./(_web)/define.ts";

/** Whether this process can do its work: its store answers, and the db-service does. */
export const handler = define.handlers({
  async GET(ctx) {
    const [kv, db] = await Promise.all([storeAnswers(), checkHealth()]);
    const say = (ok: boolean) => ok ? "ok" : "down";
    const status = kv && db ? 200 : 503;
    return ctx.json({ status: kv && db ? "ok" : "down", kv: say(kv), db: say(db) }, { status });
  },
});

async function storeAnswers(): Promise<boolean> {
  try {
    await (await openStore()).get(keys.workspace("main"));
    return true;
  } catch {
    return false;
  }
}
