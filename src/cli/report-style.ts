/** How the report page looks: light and dark, on screens of any width, and printed. */
export const pageStyle = `
:root { color-scheme: light dark; --text: #1d2430; --soft: #667085; --line: #e4e7ec; --page: #f6f7f9; --paper: #fff; --bar: #2f6fde; --bad: #b42318; --badly: #fef3f2; --odd: #93610a; --oddly: #fffaeb; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ef; --soft: #98a2b3; --line: #2c3442; --page: #10141b; --paper: #181e28; --bar: #6ea0ff; --bad: #ff9c92; --badly: #3a1613; --odd: #f0c36d; --oddly: #33270d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 32px 20px 48px; }
h1 { font-size: 26px; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 0 0 6px; overflow-wrap: anywhere; }
header p, section > p, footer, small, .note { color: var(--soft); margin: 0 0 12px; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; margin-top: 18px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); gap: 12px; background: none; border: 0; padding: 0; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; display: grid; }
.card span, .card small { color: var(--soft); font-size: 12px; margin: 0; min-height: 18px; }
.card b { font-size: 20px; font-variant-numeric: tabular-nums; }
.remarks { list-style: none; margin: 0; padding: 0; display: grid; gap: 8px; }
.remarks li { border-left: 4px solid; border-radius: 4px; padding: 7px 12px; overflow-wrap: anywhere; }
.bad { border-color: var(--bad) !important; background: var(--badly); }
.odd { border-color: var(--odd) !important; background: var(--oddly); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
.narrow { width: auto; min-width: 320px; }
th, td { text-align: left; padding: 5px 12px 5px 0; border-top: 1px solid var(--line); vertical-align: top; }
thead th { border-top: 0; color: var(--soft); font-weight: 500; font-size: 12px; white-space: nowrap; }
tbody th { font-weight: 600; white-space: nowrap; }
.columns { table-layout: fixed; min-width: 940px; }
.columns th:first-child { width: 19%; white-space: normal; overflow-wrap: anywhere; }
.columns th:nth-child(2) { width: 18%; }
.columns th:nth-child(3) { width: 13%; }
.columns th:nth-child(4) { width: 24%; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; padding-right: 20px; }
.fill { white-space: nowrap; }
.fill b { font-weight: 400; font-variant-numeric: tabular-nums; }
.bar { display: inline-block; width: 90px; height: 8px; border-radius: 4px; background: var(--line); margin-right: 8px; overflow: hidden; }
.bar span { display: block; height: 100%; background: var(--bar); }
.empty th, .empty td { color: var(--soft); }
.example { color: var(--soft); font: 12px/1.7 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.tag { border: 1px solid var(--line); border-radius: 4px; padding: 0 5px; font-size: 12px; white-space: nowrap; }
.cut, .emptied { color: var(--odd); border-color: var(--odd); }
code { font: 12px ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
details { border-top: 1px solid var(--line); padding: 7px 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
.samples { margin: 8px 0 4px; padding-left: 20px; display: grid; gap: 8px; }
.cells { display: flex; flex-wrap: wrap; gap: 2px 14px; font-size: 12px; overflow-wrap: anywhere; }
.cells i { color: var(--soft); font-style: normal; }
.two { display: flex; flex-wrap: wrap; gap: 8px 48px; }
footer { margin-top: 18px; font-size: 12px; }
@media print { body { background: none; } section, .card { break-inside: avoid; } .wide { overflow-x: visible; } .columns { min-width: 0; } .bar { width: 48px; } .bar, .bar span, .remarks li { print-color-adjust: exact; } }
`;
