import { writeFileSync } from "node:fs";
import { headersReference } from "./lib/headers-reference.ts";

writeFileSync(new URL("../docs/reference/headers.md", import.meta.url), headersReference());
