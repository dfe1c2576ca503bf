import { chainOf } from "../../../engine/protections.ts";
import { covers, type PathPattern } from "../../../model/path-patterns.ts";
import type { AppView, Endpoint } from "../../../model/view.ts";
import { remembered } from "../../../remembered.ts";
import { isTokenCsrf } from "../../kit/csrf.ts";

const ACTIONS: readonly RegExp[] = [
  /\baction\s?=\s?"([^"]*)"/i,
  /\baction\s?=\s?'([^']*)'/i,
  /\baction\s?=\s?(\/[^"'\s>,)]*)/i,
];

/** The path a form names; `undefined` for its own page, and for what a template or the browser puts together. */
export function targetOf(head: string): string | undefined {
  const action = ACTIONS.map((one) => one.exec(head)?.[1]).find((one) => one !== undefined) ?? "";
  const [path = "", query = ""] = action.split("?");
  return /^\/[\w./-]*$/.test(path) && !/[\s<{]/.test(query) ? path : undefined;
}

/** Whether what the form posts to asks for a token: the route of that path, or every one where nobody can tell which. */
export function asksToken(view: AppView, target: string | undefined): boolean {
  const hit =
    target === undefined ? [] : postsOf(view).filter((one) => one.paths.some((path) => is(path, target)));
  return hit.length > 0 ? hit.some((one) => isProtected(view, one)) : protectsAll(view);
}

const postsOf = (view: AppView): readonly Endpoint[] =>
  view.endpoints.filter(({ method }) => method === "post" || method === "all");

const is = (path: PathPattern, target: string): boolean =>
  path.kind === "text" &&
  lengthOf(path.text) === lengthOf(target) &&
  covers([path], [{ kind: "text", text: target }]) === true;

const lengthOf = (path: string): number => path.split("/").filter((part) => part !== "").length;

const isProtected = (view: AppView, one: Endpoint): boolean =>
  chainOf(view, one).some(isTokenCsrf) || one.parts.some(isTokenCsrf);

/** Protection of a few routes says nothing of a form whose target is not known. */
const protectsAll = remembered((view: AppView): boolean => {
  const posts = postsOf(view);
  return (
    view.steps.some(
      ({ paths, parts }) => paths.some(({ kind }) => kind === "all") && parts.some(isTokenCsrf),
    ) ||
    (posts.length > 0 && posts.every((one) => isProtected(view, one)))
  );
});
