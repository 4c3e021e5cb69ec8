/** Where a development server tells pages which build it is. */
export const ALIVE_PATH = "/_frsh/alive";
