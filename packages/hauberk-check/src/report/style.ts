/** Colours keep a contrast of at least 4.5 to 1 in both schemes. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1c2024;--soft:#5a6169;--line:#d5d9de;--card:#f6f7f9;--bad:#b42318;--warn:#8a4b00;--low:#0b5c8a;--ok:#1a6b3c}
@media (prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e8eaed;--soft:#a3abb4;--line:#3a4149;--card:#1d2125;--bad:#ff8a80;--warn:#f5b661;--low:#7cc4f0;--ok:#7ed6a0}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1.5rem;background:var(--bg);color:var(--fg);font:16px/1.55 system-ui,sans-serif}
h1{margin:0}h2{margin-top:2.5rem;border-bottom:1px solid var(--line)}h3{margin:0 0 .25rem;font-size:1.05rem}
code,pre{font:13px/1.5 ui-monospace,monospace}
pre{overflow:auto;padding:.75rem;background:var(--bg);border:1px solid var(--line);border-radius:6px}
.counts{display:flex;flex-wrap:wrap;gap:.75rem;padding:0;list-style:none}
.counts li{padding:.25rem .75rem;border:1px solid var(--line);border-radius:6px}
article{margin:1rem 0;padding:1rem;background:var(--card);border-left:5px solid var(--soft);border-radius:6px}
article.critical,article.high{border-color:var(--bad)}article.medium{border-color:var(--warn)}article.low{border-color:var(--low)}
.badge{text-transform:uppercase;font-size:.75rem;font-weight:700}
.critical .badge,.high .badge,.counts .critical b,.counts .high b{color:var(--bad)}.medium .badge,.counts .medium b{color:var(--warn)}.low .badge,.counts .low b{color:var(--low)}
li.against{color:var(--warn)}
.where,small{color:var(--soft)}
dl{display:grid;grid-template-columns:3rem 1fr;gap:.25rem .75rem;margin:0}dt{font-weight:700}dd{margin:0}
.route{overflow-x:auto;margin:.25rem 0}
svg text{fill:var(--fg);font:12px ui-monospace,monospace;text-anchor:middle}
svg rect{fill:var(--card);stroke:var(--soft)}svg .maybe{stroke-dasharray:4 3}svg .target{stroke:var(--ok);stroke-width:2}svg .missing{fill:none;stroke:var(--bad);stroke-width:2;stroke-dasharray:2 2}
svg .arrow{stroke:var(--soft)}
`;
