/** The client of development: islands, and a reload whenever a newer server answers. */
export { boot } from "./boot.ts";
import { ALIVE_PATH } from "../alive_path.ts";

let revision: string | undefined;
let delay = 100;

function connect(): void {
  const socket = new WebSocket(ALIVE_PATH);
  socket.addEventListener("message", (event) => {
    delay = 100;
    if (revision !== undefined && revision !== event.data) location.reload();
    revision = String(event.data);
  });
  socket.addEventListener("close", () => {
    setTimeout(connect, delay);
    delay = Math.min(delay * 1.5, 2000);
  });
}

connect();
