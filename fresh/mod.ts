import { h } from "preact";
import canonicalize from "npm:canonicalize@5.1.0";
export const a = 1;
console.log(typeof h);
