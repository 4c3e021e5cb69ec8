/** What a person does in the review of several actions. */
import type { Action } from "@/agent/types.ts";
import type { Page, Product } from "./product.ts";

/** Proposes to rename so many customers, each by itself. */
export async function renames({ client }: Product, count: number): Promise<Action[]> {
  const made: Action[] = [];
  for (const { id } of (await client.rows("customers")).slice(0, count)) {
    made.push(await client.propose(`UPDATE customers SET name = name || '!' WHERE id = ${id}`));
  }
  return made;
}

/** What waits, oldest first. */
export async function waiting(client: Product["client"]): Promise<Action[]> {
  const { body } = await client.in<{ actions: Action[] }>("GET", "/actions?state=pending");
  return body.actions.toReversed();
}

export async function withdrawAll(client: Product["client"]): Promise<void> {
  for (const { id } of await waiting(client)) await client.in("POST", `/actions/${id}/withdraw`, {});
}

/** Selects everything that is like the newest one. */
export async function pickAll(tab: Page): Promise<void> {
  // What was selected for the review before is let go a moment after it closes.
  await tab.getByTestId("pick-bar").waitFor({ state: "detached" });
  await tab.locator('.queue-item[data-state="pending"] ~ .pick input').first().check();
  await tab.getByTestId("pick-all").click();
}

/** Waits until what is to be approved has been on screen long enough. */
export async function ready(tab: Page): Promise<void> {
  await tab.locator('[data-testid=review-approve][aria-disabled="false"]:enabled').waitFor();
}

export async function over(tab: Page): Promise<void> {
  await tab.locator("[data-testid=review][data-over=true]").waitFor({ timeout: 30_000 });
}

/** The decisions that a tab sends, in their order. */
export function sentBy(tab: Page): string[] {
  const sent: string[] = [];
  tab.on("request", (request) => {
    const path = new URL(request.url()).pathname.replace(/.*actions/, "");
    if (request.method() === "POST" && /approve$|reject$/.test(path)) sent.push(path);
  });
  return sent;
}
