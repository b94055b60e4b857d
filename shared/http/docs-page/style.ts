/** The page's style sheet: light and dark, from a phone's width up. Contrast of text is at least 4.5 : 1 in both. */

export const PAGE_STYLE = `
:root{color-scheme:light dark;--paper:#f5f4f1;--sheet:#fff;--sunken:#edece7;--ink:#16192b;--soft:#565b70;--line:#dedcd5;--accent:#3540c4;--accent-soft:#eceefc;--get:#0d6b4a;--get-soft:#e2f4ea;--code:#171a2b;--code-ink:#dfe3f5;
font:16px/1.6 Pretendard,-apple-system,"Apple SD Gothic Neo","Noto Sans KR","Noto Sans CJK KR","Malgun Gothic",NanumGothic,"Segoe UI",Roboto,sans-serif;-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
@media (prefers-color-scheme:dark){:root{--paper:#0f1120;--sheet:#191c2e;--sunken:#22263b;--ink:#eef0fa;--soft:#a9aec4;--line:#30354d;--accent:#aab2ff;--accent-soft:#262b4d;--get:#74d8ac;--get-soft:#15352c;--code:#0a0c18}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);overflow-wrap:anywhere;word-break:keep-all}
a{color:var(--accent);text-underline-offset:.2em}
a:has(>code){text-decoration:none}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:1rem;top:-4rem;padding:.5rem 1rem;background:var(--sheet);z-index:1}
.skip:focus{top:1rem}
header{display:flex;flex-wrap:wrap;gap:.5rem 2rem;justify-content:space-between;align-items:end;max-width:74rem;margin:0 auto;padding:2.5rem 1.25rem 1.5rem}
header p{margin:.25rem 0 0;color:var(--soft)}
header ul{display:flex;gap:1rem;margin:0;padding:0;list-style:none}
header li a{display:inline-block;padding:.25rem 0}
header [aria-current]{color:var(--ink);font-weight:700;text-decoration:none}
h1{margin:0;font-size:clamp(1.6rem,1.2rem + 1.7vw,2.3rem);line-height:1.25;letter-spacing:-.02em}
h1 span{color:var(--soft);font-weight:400}
h2{margin:0 0 .75rem;font-size:1.5rem;line-height:1.3;letter-spacing:-.01em}
h3{margin:0;font-size:1.1rem;line-height:1.5}
h4{margin:1.75rem 0 .5rem;font-size:.95rem}
p{margin:0 0 .75rem;max-width:46rem}
.columns{max-width:74rem;margin:0 auto;padding:0 1.25rem 5rem}
main{min-width:0}
main:focus{outline:none}
main>section{margin:0 0 3.5rem}
article{margin:1.25rem 0;padding:1.25rem;background:var(--sheet);border:1px solid var(--line);border-radius:14px}
.lead{margin:.35rem 0 .5rem;font-size:1.05rem;font-weight:600}
.note{margin:0 0 .35rem;color:var(--soft);font-size:.875rem}
.method{display:inline-block;min-width:3.2em;padding:.05em .5em;border-radius:6px;background:var(--accent-soft);color:var(--accent);font:700 .8em/1.7 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;text-align:center}
.method.get{background:var(--get-soft);color:var(--get)}
.tag{padding:.1em .6em;border:1px solid var(--line);border-radius:99px;color:var(--soft);font-size:.8rem;font-weight:400}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"D2Coding",monospace}
code{font-size:.9em}
p code,td code{padding:.05em .3em;border-radius:4px;background:var(--sunken)}
td a>code{padding-bottom:.2em;border-bottom:1px solid;border-radius:4px 4px 0 0}
pre{margin:0;padding:1rem;border-radius:10px;background:var(--code);color:var(--code-ink);font-size:.85rem;line-height:1.55;white-space:pre-wrap}
pre code{font-size:1em}
.command{user-select:all;cursor:copy}
table{width:100%;margin:0 0 1rem;border-collapse:collapse;font-size:.925rem}
caption{padding:.25rem 0;color:var(--soft);font-size:.85rem;text-align:left}
th,td{padding:.5rem .75rem .5rem 0;border-top:1px solid var(--line);text-align:left;vertical-align:top}
.quiet{position:absolute;width:1px;height:1px;margin:0;padding:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
thead th{color:var(--soft);font-size:.8rem;font-weight:400}
tbody th{width:13rem;font-weight:600}
.errors tbody th{width:15rem}
.errors tr:target{background:var(--accent-soft)}
small{color:var(--soft);font-size:.85rem}
details{margin:.5rem 0}
summary{padding:.25rem 0;cursor:pointer}
details pre{margin:.35rem 0 .75rem}
.contents{margin:0 0 2.5rem;font-size:.9rem}
.contents summary{font-weight:600}
.contents ul{margin:0;padding:0;list-style:none}
.contents ul ul{margin:0 0 .5rem}
.contents a{display:block;padding:.25rem 0;color:var(--ink);text-decoration:none}
.contents a:hover{text-decoration:underline}
.contents li li a{display:flex;gap:.5rem;align-items:baseline;color:var(--soft)}
.contents .method{flex:none;font-size:.7em}
@media (min-width:62rem){.columns{display:grid;grid-template-columns:17rem minmax(0,1fr);gap:2.5rem}.contents{position:sticky;top:0;align-self:start;max-height:100vh;overflow-y:auto;padding:0 0 1rem}}
@media (max-width:40rem){tbody th{width:38%}.errors,.errors tbody,.errors tr,.errors tbody th,.errors td{display:block;width:auto}.errors thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.errors td{padding-top:0;border:0}article{padding:1rem}}
`.trim()
