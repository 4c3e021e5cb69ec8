/** Twelve tabs of one browser: a browser opens only a few connections to a host, and every tab must stay live (C2). */
import { say, withProduct } from "./product.ts";

Deno.test("twelve tabs of one browser all see the answer, the proposal and the decision", async () => {
  await withProduct({}, async ({ open, client }) => {
    const tabs = [];
    for (let i = 0; i < 12; i++) tabs.push(await open());
    const [first] = tabs;
    await first.bringToFront();
    await say(first, "Upgrade all East customers to Gold");
    for (const tab of tabs) {
      await tab.getByTestId("message-user").filter({ hasText: "Upgrade all East customers" }).waitFor();
      await tab.getByTestId("action-card").waitFor();
      await tab.getByTestId("pending-count").getByText("1", { exact: true }).waitFor();
    }
    await client.in("POST", "/actions/1/reject", { reason: "enough" });
    for (const tab of tabs) {
      await tab.getByTestId("pending-count").getByText("0", { exact: true }).waitFor();
    }
  });
});
