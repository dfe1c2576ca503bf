import { escapeHtml } from "./escape.ts";
import type { RouteTrace } from "./finding.ts";

const HEIGHT = 34;
const GAP = 10;
const CHARACTER = 7.2;
const MAX_BOXES = 24;

interface Box {
  readonly label: string;
  readonly kind: string;
}

/** The middleware a request passes on its way to one route, missing protections in red before the route. */
export function routePicture(route: RouteTrace): string {
  const boxes = boxesOf(route);
  let x = 1;
  const drawn = boxes.map((box, i) => {
    const width = Math.ceil(box.label.length * CHARACTER) + 18;
    const arrow =
      i === 0 ? "" : `<line class="arrow" x1="${String(x - GAP)}" y1="18" x2="${String(x - 2)}" y2="18"/>`;
    const drawing = `${arrow}<rect class="${box.kind}" x="${String(x)}" y="4" width="${String(width)}" height="28" rx="5"/><text x="${String(x + width / 2)}" y="22">${escapeHtml(box.label)}</text>`;
    x += width + GAP;
    return drawing;
  });
  const label = `${route.method} ${route.path} passes ${route.passes.map((one) => one.name).join(", ") || "nothing"}${route.missing.length === 0 ? "" : `; missing: ${route.missing.join(", ")}`}`;
  return `<div class="route" tabindex="0"><svg role="img" aria-label="${escapeHtml(label)}" width="${String(x)}" height="${String(HEIGHT + 2)}" viewBox="0 0 ${String(x)} ${String(HEIGHT + 2)}">${drawn.join("")}</svg></div>`;
}

function boxesOf(route: RouteTrace): readonly Box[] {
  const passed = route.passes.map((one) => ({
    label: one.name,
    kind: one.conditional ? "step maybe" : `step ${one.role}`,
  }));
  const shown =
    passed.length > MAX_BOXES
      ? [...passed.slice(0, MAX_BOXES), { label: `+${String(passed.length - MAX_BOXES)}`, kind: "step" }]
      : passed;
  const missing = route.missing.map((name) => ({ label: `no ${name}`, kind: "missing" }));
  return [...shown, ...missing, { label: `${route.method} ${route.path}`, kind: "target" }];
}
