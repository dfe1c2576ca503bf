export { ejsEngine } from "./ejs.ts";
export { Html, htmlFor } from "./html.ts";
export { pugEngine, type ViewEngine } from "./pug.ts";
