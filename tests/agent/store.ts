/** A store of its own for one test: in memory, closed at the end. */
import { closeHubs } from "@/agent/live/hubs.ts";
import { useSettings } from "@/agent/settings.ts";
import { closeStore } from "@/agent/store/kv.ts";

/** Settings of a local app that reaches nothing but what the test starts. */
export function localSettings(dbServiceUrl = "http://127.0.0.1:9") {
  return {
    mode: "local" as const,
    dbServiceUrl,
    dbServiceToken: "a-token-for-tests-only",
    kvPath: ":memory:",
    model: null,
    rateLimit: 10_000,
    build: "test",
  };
}

/** Runs a test on an empty store. */
export async function withStore(test: () => Promise<void>): Promise<void> {
  useSettings(localSettings());
  try {
    await test();
  } finally {
    await closeHubs();
    await closeStore();
  }
}
