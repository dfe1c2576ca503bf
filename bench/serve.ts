// A server process: `serve.ts <variant> <port>`. Tells its parent when it accepts connections, and how much
// CPU time it has used when asked.
import { isVariantName, loadVariant } from "./variants/variant.ts";

const [name = "", port] = process.argv.slice(2);
if (!isVariantName(name)) throw new Error(`no variant is called "${name}"`);

const variant = await loadVariant(name);
await variant.start(Number(port));

process.on("message", () => process.send?.(process.cpuUsage()));
process.on("disconnect", () => process.exit());
process.send?.("ready");
