import assert from "node:assert/strict";
import { it } from "node:test";
import { inPage } from "./page.ts";
import { inPug } from "./pug.ts";

type Row = readonly [text: string, ...found: string[]];

const PAGES: readonly Row[] = [
  ["<script>go(<%= a %>)</script>", "a in a script"],
  ["<script>go(`<%= a.b %>`)</script>", "a in a script"],
  ["<SCRIPT type='module'>go({{ a }})</SCRIPT>", "a in a script"],
  ['<script>const x = "it\'s"; go(<%= a %>)</script>', "a in a script"],
  ["<script>// don't\ngo(<%= a %>)</script>", "a in a script"],
  ["<script><%- JSON.stringify(a) %></script>", "a in a script"],
  ["<script>go('<%= a %>', \"<%= b %>\", <%= c %>)</script>", "c in a script"],
  ["<script>go('it\\'s <%= a %>')</script>"],
  ["<script>go(<%= clean(a) %>)</script>"],
  ["<script>go(<%= JSON.stringify(a) %>)</script>"],
  ["<script src='/a.js'></script><p><%= a %></p>"],
  ["<script type='application/ld+json'><%= a %></script>"],
  ["<script type=text/template>{{ a }}</script>"],
  ["<script>{{{ a }}}</script>"],
  ["<button onclick=\"go('<%= a %>')\">", "a in an event handler"],
  ["<body onload='go({{ a }})'>", "a in an event handler"],
  ["<p data-onclick='<%= a %>' title=\"<%= b %>\">"],
  ["<a href='<%= a %>'>", "a where an address begins"],
  ["<form action={{ a }}>", "a where an address begins"],
  ["<a href='/users/<%= a %>'><img src='<%= a %>'>"],
  ["<a href='<%= a %>/<%= b %>'>", "a where an address begins"],
];

const PUG: readonly Row[] = [
  ["script #{a}", "a in a script"],
  ["div\n  script.\n    go(#{a})\n  p #{b}", "a in a script"],
  ["script.\n  go('#{a}', `#{b}`)", "b in a script"],
  ["script.\n  go(!{JSON.stringify(a)})", "a in a script"],
  ["script(type='application/json') #{a}"],
  ["script(src='/a.js')\np #{a}"],
  ["p #{a}\n  | #{b}"],
  ["a(href=a) Back", "a where an address begins"],
  ["a(class='x', href=user.home)", "user where an address begins"],
  ["a(href='/' + a)\na(href=`/${a}`)"],
  ['button(onclick="go(\'" + a + "\')")', "a in an event handler"],
  ["button(data-on=a, title=b)"],
];

for (const [read, rows] of [
  [inPage, PAGES],
  [inPug, PUG],
] as const)
  for (const [text, ...found] of rows)
    it(`finds ${found.length === 0 ? "nothing" : found.join(" and ")}: ${JSON.stringify(text)}`, () => {
      const seen = read(text).map(({ name, where }) => `${name} ${where}`);
      assert.deepEqual(seen, found);
    });

for (const text of [
  "<script>".repeat(100_000),
  "<script>'<%= a %>' ".repeat(40_000),
  ` onclick="${"<% ".repeat(200_000)}`,
  ` href='${"{{ ".repeat(200_000)}`,
])
  it(`reads ${text.slice(0, 30)}... of ${String(text.length)} characters in time`, () => {
    const start = performance.now();
    inPage(text);
    assert.ok(performance.now() - start < 5_000);
  });

for (const text of ["script.\n  #{a}\n".repeat(60_000), "  ".repeat(200_000), "(onclick=a+".repeat(60_000)])
  it(`reads Pug of ${String(text.length)} characters in time: ${JSON.stringify(text.slice(0, 12))}`, () => {
    const start = performance.now();
    inPug(text);
    assert.ok(performance.now() - start < 5_000);
  });
