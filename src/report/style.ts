/** The style of a report: one column that a phone can show, light and dark by the reader's own setting, also on paper. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b1f27;--quiet:#5d6675;--rule:#dfe3ea;--up:#0a7a4b;--down:#c0362c;--line:#2458c5;--warn-bg:#fff3d6;--warn-ink:#7a4b00;--warn-rule:#e6b450;--ok:#0a7a4b}
@media (prefers-color-scheme:dark){:root{--bg:#0f1217;--card:#171b22;--ink:#e6e9ef;--quiet:#98a2b3;--rule:#2a303b;--up:#3ecf8e;--down:#ff7b6e;--line:#7aa7ff;--warn-bg:#3a2a08;--warn-ink:#ffd68a;--warn-rule:#8a6414;--ok:#3ecf8e}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans KR",sans-serif;-webkit-text-size-adjust:100%}
main{max-width:980px;margin:0 auto;padding:20px 16px 48px}
h1{font-size:1.45rem;line-height:1.25;margin:.35em 0 .15em;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:0 0 .7em}
h3{font-size:.92rem;margin:1.2em 0 .4em}
p{margin:.3em 0 .8em}
.quiet,figcaption,dt,th,.x{color:var(--quiet)}
.quiet{font-size:.9rem}
section{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:16px;margin:14px 0}
.badge{display:inline-block;font-size:.78rem;font-weight:600;letter-spacing:.02em;border:1px solid var(--rule);border-radius:99px;padding:2px 10px;margin:0 6px 4px 0;background:var(--card)}
.badge.warn,.banner{background:var(--warn-bg);color:var(--warn-ink);border-color:var(--warn-rule)}
.badge.ok{color:var(--ok);border-color:currentColor}
.badge.bad{color:var(--down);border-color:currentColor}
.banner{border:1px solid var(--warn-rule);border-radius:10px;padding:10px 14px;margin:12px 0}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:10px;margin:14px 0}
.card{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:10px 12px;min-width:0}
.card b{display:block;font-size:1.22rem;font-weight:650;font-variant-numeric:tabular-nums;overflow-wrap:anywhere;line-height:1.3}
.card span{font-size:.8rem;color:var(--quiet)}
.card b.long{font-size:1rem}time{white-space:nowrap}
.up{color:var(--up)}.down{color:var(--down)}
figure{margin:0 0 18px}figure:last-child{margin-bottom:0}
figcaption{font-size:.85rem;margin-bottom:6px}
.plot{position:relative;height:210px;margin-left:5.1em}
figure.loss .plot,figure.plain .plot{height:130px}
svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible}
path{vector-effect:non-scaling-stroke;fill:none}
.grid{stroke:var(--rule);stroke-width:1}
.line{stroke:var(--line);stroke-width:1.6;stroke-linejoin:round}
.band{stroke:var(--line);stroke-width:1.2;opacity:.4}
.fill{fill:var(--line);opacity:.12}
.loss .line{stroke:var(--down)}.loss .band{stroke:var(--down)}.loss .fill{fill:var(--down)}
.plain .line{stroke:var(--quiet);stroke-width:1}.plain .band{stroke:var(--quiet);opacity:.2}.plain .fill{fill:var(--quiet)}
.y{position:absolute;right:100%;margin-right:6px;transform:translateY(-50%);font-size:.72rem;color:var(--quiet);font-variant-numeric:tabular-nums;white-space:nowrap}
.x{display:flex;justify-content:space-between;font-size:.72rem;margin:6px 0 0 6.9em}
.scroll{overflow-x:auto;margin:0 -4px}
table{border-collapse:collapse;width:100%;font-size:.88rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:5px 8px 5px 4px;border-bottom:1px solid var(--rule);vertical-align:top}
th{font-weight:500;font-size:.8rem}
tr:last-child td{border-bottom:0}
.num{text-align:right;white-space:nowrap}
dl{display:grid;align-items:baseline;grid-template-columns:minmax(110px,auto) 1fr;gap:4px 14px;margin:0;font-size:.9rem}
dl+dl{margin-top:14px}dt{font-size:.85rem}dd{margin:0;overflow-wrap:anywhere;min-width:0}
code{font:.85em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.meter{height:6px;border-radius:3px;background:var(--rule);overflow:hidden;min-width:60px;margin-top:8px}
.meter i{display:block;height:100%;background:var(--line)}
.meter.hot i{background:var(--down)}
footer{color:var(--quiet);font-size:.82rem;margin-top:20px}
@media (max-width:560px){main{padding:14px 10px 40px}section{padding:13px 12px}.cards{grid-template-columns:repeat(2,1fr)}.wide{display:none}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:8px}.plot{height:180px}}
@media print{body{background:#fff}section,.card{break-inside:avoid}}
`
