/** A page of an attacker, and which requests it must get to the application for the attack to have been one. */
export interface Forgery {
  readonly name: string;
  readonly page: string;
  /** Written as "POST /notes". */
  readonly reaches: readonly string[];
  /** The victim clicks on "Win". */
  readonly click?: boolean;
}

type Fields = Readonly<Record<string, string>>;

function form(action: string, fields: Fields, attributes = ""): string {
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
  return `<form method="post" action="${action}" ${attributes}>${inputs.join("")}</form>`;
}

/** A form that sends itself. */
export function autoSubmit(action: string, fields: Fields, attributes = ""): string {
  return `${form(action, fields, attributes)}<script>document.forms[0].submit()</script>`;
}

const escaped = (html: string): string => html.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
const script = (code: string): string => `<title>attack</title><script>${code}</script>`;

const OWNED: Fields = { title: "owned", body: "owned", _csrf: "a" };
const BODY = `new URLSearchParams({ title: "owned", body: "owned" })`;

/** Ways to make a browser ask on its user's behalf, each as a page of the attacker's. */
export function forgeries(origin: string, note: string): readonly Forgery[] {
  const notes = `${origin}/notes`;
  const send = (how: string): string => script(`fetch("${notes}", { method: "POST", ${how} })`);
  return [
    { name: "a form that sends itself", page: autoSubmit(notes, OWNED), reaches: ["POST /notes"] },
    {
      name: "a form that hides where it comes from",
      page: `<meta name="referrer" content="no-referrer">${autoSubmit(notes, OWNED)}`,
      reaches: ["POST /notes"],
    },
    {
      name: "a form in a sandboxed frame, whose origin is null",
      page: `<iframe sandbox="allow-forms allow-scripts" srcdoc="${escaped(autoSubmit(notes, OWNED))}"></iframe>`,
      reaches: ["POST /notes"],
    },
    {
      name: "a form in a data: frame",
      page: `<iframe src="data:text/html,${encodeURIComponent(autoSubmit(notes, OWNED))}"></iframe>`,
      reaches: ["POST /notes"],
    },
    {
      name: "a form sent into a window it opened",
      page: `${form(notes, OWNED, 'target="w"')}<button onclick="window.open('about:blank', 'w'); document.forms[0].submit()">Win</button>`,
      reaches: ["POST /notes"],
      click: true,
    },
    {
      name: "a form that its own server redirects, method and body included",
      page: autoSubmit("/hop", OWNED),
      reaches: ["POST /notes"],
    },
    {
      name: "a fetch that its own server redirects",
      page: script(
        `fetch("/hop", { method: "POST", mode: "no-cors", credentials: "include", body: ${BODY} })`,
      ),
      reaches: ["POST /notes"],
    },
    {
      name: "a form that deletes the account",
      page: autoSubmit(`${origin}/account/delete`, { password: "a guess" }),
      reaches: ["POST /account/delete"],
    },
    {
      name: "a form that deletes a note by its address",
      page: autoSubmit(`${origin}${note}/delete`, {}),
      reaches: [`POST ${note}/delete`],
    },
    {
      name: "a form that signs somebody up",
      page: autoSubmit(`${origin}/signup`, { email: "x@evil.test", password: "correct horse battery" }),
      reaches: ["POST /signup"],
    },
    {
      name: "a form that asks for another method in a field",
      page: autoSubmit(`${origin}${note}?_method=DELETE`, { _method: "DELETE", title: "owned", body: "" }),
      reaches: [`POST ${note}`],
    },
    {
      name: "a link that asks for another method",
      page: `<img src="${notes}?_method=POST&title=owned&body="><img src="${origin}${note}/delete?_method=POST">`,
      reaches: ["GET /notes", `GET ${note}/delete`],
    },
    {
      name: "pictures at addresses that change something",
      page: ["/logout", "/account/sessions/end-others"]
        .map((path) => `<img src="${origin}${path}">`)
        .join(""),
      reaches: ["GET /logout", "GET /account/sessions/end-others"],
    },
    {
      name: "addresses fetched ahead of time",
      page: `<link rel="prefetch" href="${origin}/logout"><script type="speculationrules">{"prefetch":[{"source":"list","urls":["${origin}${note}/delete"]}]}</script>`,
      reaches: ["GET /logout"],
    },
    {
      name: "a click that reports itself (ping)",
      page: `<a href="#" ping="${origin}/logout">Win</a>`,
      reaches: ["POST /logout"],
      click: true,
    },
    {
      name: "a beacon",
      page: script(`navigator.sendBeacon("${notes}", ${BODY})`),
      reaches: ["POST /notes"],
    },
    {
      name: "a fetch without CORS",
      page: send(`mode: "no-cors", credentials: "include", body: ${BODY}`),
      reaches: ["POST /notes"],
    },
    {
      name: "a fetch with CORS and credentials",
      page: send(`credentials: "include", body: ${BODY}`),
      reaches: ["POST /notes"],
    },
    {
      name: "JSON that calls itself text",
      page: send(`mode: "no-cors", credentials: "include", body: '{"title":"owned","body":""}'`),
      reaches: ["POST /notes"],
    },
    {
      name: "JSON that asks first",
      page: send(`credentials: "include", headers: { "content-type": "application/json" }, body: "{}"`),
      reaches: ["OPTIONS /notes"],
    },
    {
      name: "a header of a method override that asks first",
      page: script(
        `fetch("${origin}${note}", { credentials: "include", headers: { "x-http-method-override": "DELETE" } })`,
      ),
      reaches: [`OPTIONS ${note}`],
    },
    {
      name: "a file",
      page: script(`const body = new FormData(); body.append("title", "owned"); body.append("body", "");
        body.append("files", new File(["%PDF-1.7 owned by another"], "a.pdf"));
        fetch("${notes}", { method: "POST", mode: "no-cors", credentials: "include", body })`),
      reaches: ["POST /notes"],
    },
    {
      name: "a fetch that is to outlive its page",
      page: send(`mode: "no-cors", keepalive: true, credentials: "include", body: ${BODY}`),
      reaches: ["POST /notes"],
    },
    {
      name: "XMLHttpRequest with credentials",
      page: script(
        `const x = new XMLHttpRequest(); x.open("POST", "${notes}"); x.withCredentials = true; x.send(${BODY})`,
      ),
      reaches: ["POST /notes"],
    },
    {
      name: "a stream of events",
      page: script(`new EventSource("${notes}", { withCredentials: true })`),
      reaches: ["GET /notes"],
    },
  ];
}
