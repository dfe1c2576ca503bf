import { writeFileSync } from "node:fs";
import { CSRF_ROWS } from "../packages/hauberk/test/csrf-rows.ts";
import { csrfReference } from "./lib/csrf-reference.ts";

writeFileSync(new URL("../docs/reference/csrf-table.md", import.meta.url), csrfReference(CSRF_ROWS));
