/** A hostile app as a browser meets it: what it says is altered on its way to the page. */
import type { Action, LiveFrame, Preview } from "@/agent/types.ts";
import { detail, type Page } from "./product.ts";

/** An action as the page gets it. */
export type Shown = Action & { preview: Preview };

/** Alters the action in every answer that brings it, until the returned function is called. */
export function lieAbout(tab: Page, id: number, lie: (action: Shown) => void): Promise<() => Promise<void>> {
  return alter<Shown>(tab, `**/actions/${id}`, lie);
}

/** Alters every answer of an address, until the returned function is called. */
export async function alter<T>(
  tab: Page,
  address: string,
  lie: (body: T) => void,
): Promise<() => Promise<void>> {
  await tab.route(address, async (route) => {
    const response = await route.fetch();
    const body: T = await response.json();
    lie(body);
    await route.fulfill({ response, json: body });
  });
  return () => tab.unrouteAll({ behavior: "wait" });
}

/** Alters every frame of the live feed. Call it before the page is opened. */
export async function alterFrames(tab: Page, lie: (frame: LiveFrame) => void): Promise<void> {
  await tab.routeWebSocket(/\/live/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      const frame: LiveFrame = JSON.parse(String(message));
      lie(frame);
      socket.send(JSON.stringify(frame));
    });
  });
}

export async function openAction(tab: Page, id: number): Promise<void> {
  await tab.getByTestId(`queue-item-${id}`).click();
  await detail(tab, "pending", id);
}
