import { chainOf } from "../../../engine/protections.ts";
import type { Part } from "../../../model/parts.ts";
import type { AppView, Endpoint } from "../../../model/view.ts";

export const refusesVisitor = ({ facts }: Part): boolean =>
  facts !== undefined && facts.refuses && (facts.readsUser || facts.readsCredentials);

/** A part nobody could read is no guard for the siblings, and may be one for the route in question. */
export function guardOf(view: AppView, endpoint: Endpoint): "certain" | "possible" | "none" {
  const parts = [...chainOf(view, endpoint), ...endpoint.parts];
  const isGuard = parts.some(
    (part) => part.role === "auth" || part.role === "token-auth" || refusesVisitor(part),
  );
  if (isGuard) return "certain";
  return parts.some((part) => part.role === "unknown") ? "possible" : "none";
}
