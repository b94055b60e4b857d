/** The load runs of the past as one HTML page without scripts, which can also be read without its style. */
import type { HistoryRow } from './history.ts'

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const WIDTH = 600
const HEIGHT = 120
const RUNS_SHOWN = 60

const lines = [
  { column: 'p95Ms', color: '#4c6ef5', label: 'p(95) ms' },
  { column: 'p99Ms', color: '#e8590c', label: 'p(99) ms' },
] as const

/** Runs of k6 and of the stand-in are kept apart: their figures cannot be compared. */
function chartOf(rows: HistoryRow[]): string {
  const shown = rows.slice(-RUNS_SHOWN)
  const max = Math.max(...shown.flatMap(row => lines.map(({ column }) => Number(row[column]))), 1)
  const place = (row: HistoryRow, index: number, column: 'p95Ms' | 'p99Ms'): string => {
    const x = shown.length === 1 ? WIDTH / 2 : (index / (shown.length - 1)) * WIDTH
    return `${x.toFixed(1)},${(HEIGHT - (Number(row[column]) / max) * HEIGHT).toFixed(1)}`
  }
  const paths = lines.map(({ column, color }) => {
    const points = shown.map((row, index) => place(row, index, column))
    const dots = points.map(point => {
      const [x, y] = point.split(',')
      return `<circle cx="${x}" cy="${y}" r="2.5" fill="${color}"/>`
    })
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="1.5"/>${dots.join('')}`
  })
  const legend = lines.map(({ color, label }) => `<font color="${color}">■</font> ${label}`).join(' ')
  return `<p>${legend}, max. ${max.toFixed(0)} ms</p>
<svg role="img" aria-label="p(95), p(99)" width="${WIDTH + 10}" height="${HEIGHT + 10}" viewBox="-5 -5 ${WIDTH + 10} ${HEIGHT + 10}">${paths.join('')}</svg>`
}

const HEAD = ['ended · 종료', 'build · 빌드', 'verdict · 판정', 'goodput/s', 'p(95) ms', 'p(99) ms', 'dropped · 누락']

function tableOf(rows: HistoryRow[]): string {
  const body = rows
    .toReversed()
    .map(row => [row.endedAt, row.build, row.verdict, row.goodputPerS, row.p95Ms, row.p99Ms, row.dropped])
    .map(cells => `<tr>${cells.map(cell => `<td>${escaped(cell)}</td>`).join('')}</tr>`)
  return `<table border="1"><thead><tr>${HEAD.map(text => `<th scope="col">${text}</th>`).join('')}</tr></thead><tbody>
${body.join('\n')}
</tbody></table>`
}

export function trendPage(rows: HistoryRow[], pages: string[]): string {
  const groups = Map.groupBy(rows, row => `${row.scenario}, ${row.runner}`)
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><title>Load · 부하</title></head><body>',
    '<h1>Load · 부하</h1>',
    '<h2>This run · 이번 실행</h2>',
    `<ul>${pages.map(page => `<li><a href="${escaped(encodeURI(page))}">${escaped(page)}</a></li>`).join('')}</ul>`,
    ...[...groups].map(([name, group]) => `<h2>${escaped(name)}</h2>\n${chartOf(group)}\n${tableOf(group)}`),
    '</body></html>',
    '',
  ].join('\n')
}
