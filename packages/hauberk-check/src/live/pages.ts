import { tagsIn } from "./tags.ts";

/** A form of a page, as far as a probe needs it. */
export interface Form {
  readonly method: string;
  /** Path and query, below the page's own origin. */
  readonly action: string;
  readonly fields: readonly Field[];
}

/** A form and the path of the page it stands on. */
export interface PlacedForm {
  readonly page: string;
  readonly form: Form;
}

export interface Field {
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

export interface Page {
  readonly links: readonly string[];
  readonly assets: readonly string[];
  readonly forms: readonly Form[];
}

/** Links, assets and forms of a page that lead to its own origin; everything else is not ours to touch. */
export function readPage(html: string, url: string): Page {
  return {
    links: addresses(html, ["a"], ["href"], url),
    assets: addresses(html, ["script", "img", "link"], ["src", "href"], url),
    forms: forms(html, url),
  };
}

function addresses(
  html: string,
  tags: readonly string[],
  names: readonly string[],
  url: string,
): readonly string[] {
  const found = tagsIn(html, tags).flatMap(({ head }) =>
    names.flatMap((name) => {
      const address = attribute(head, name);
      return address === undefined ? [] : (samePath(address, url) ?? []);
    }),
  );
  return [...new Set(found)];
}

/** The path of an address on the same origin; `undefined` for others. */
export function samePath(address: string, base: string): string | undefined {
  const text = address.replaceAll("&amp;", "&");
  if (!URL.canParse(text, base)) return undefined;
  const target = new URL(text, base);
  return target.origin === new URL(base).origin ? target.pathname + target.search : undefined;
}

function forms(html: string, url: string): readonly Form[] {
  const lower = html.toLowerCase();
  return tagsIn(html, ["form"]).flatMap(({ head, end: inside }): Form[] => {
    const end = lower.indexOf("</form", inside);
    const action = samePath(attribute(head, "action") ?? url, url);
    if (action === undefined) return [];
    return [
      {
        method: (attribute(head, "method") ?? "get").toUpperCase(),
        action,
        fields: fields(html.slice(inside, end === -1 ? undefined : end)),
      },
    ];
  });
}

function fields(html: string): readonly Field[] {
  return tagsIn(html, ["input", "textarea", "select", "button"]).flatMap(({ head }): Field[] => {
    const name = attribute(head, "name");
    return name === undefined
      ? []
      : [
          {
            name,
            type: (attribute(head, "type") ?? "text").toLowerCase(),
            value: attribute(head, "value") ?? "",
          },
        ];
  });
}

function attribute(head: string, name: string): string | undefined {
  const match = new RegExp(String.raw`(?:^|\s)${name}\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))`, "i").exec(
    head,
  );
  return (match?.[1] ?? match?.[2] ?? match?.[3])?.replaceAll("&amp;", "&").replaceAll("&quot;", '"');
}

export const isToken = (field: Field): boolean =>
  /csrf|xsrf|authenticity|token/i.test(field.name) && field.type === "hidden";
export const isSignUp = (form: Form): boolean =>
  form.method === "POST" &&
  form.fields.some((one) => one.type === "password") &&
  /sign-?up|regist(?:er|ration)|create-account|\/join\b/i.test(form.action);
export const isLogin = (form: Form): boolean =>
  form.method === "POST" &&
  form.fields.filter((one) => one.type === "password").length === 1 &&
  !isSignUp(form);
/** Following these would change something. */
export const isRisky = (path: string): boolean =>
  /log-?out|sign-?out|delete|remove|destroy|unsubscribe|cancel|disable|deactivate|reset|revoke|clear|purge|wipe|shutdown|restart/i.test(
    path,
  );
