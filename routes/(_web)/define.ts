/** The state that middleware hands to every route, and Fresh's helpers typed with it. */
import { createDefine } from "fresh";
import type { Person } from "@/agent/people.ts";

export interface State {
  person: Person;
}

export const define = createDefine<State>();
