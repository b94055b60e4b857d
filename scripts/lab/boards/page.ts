/** A board as a page of its own: the panels in a grid, each with its lines drawn by uPlot. */

export interface Line {
  name: string
  /** Time in seconds since 1970, and the value; null where there is none. */
  points: Array<[number, number | null]>
}

export interface DrawnPanel {
  kind: 'row' | 'lines' | 'number'
  title: string
  /** Of 24. */
  width: number
  unit: string
  lines: Line[]
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

export function pageOf(title: string, panels: DrawnPanel[], uplot: { script: string; style: string }): string {
  const data = JSON.stringify(panels.map(({ kind, unit, lines }) => ({ kind, unit, ...columnsOf(lines) })))
  return `<!doctype html><meta charset="utf-8"><title>${escaped(title)}</title>
<style>${uplot.style}${style}</style><h1>${escaped(title)}</h1><main>${panels.map(panelHtml).join('')}</main>
<script>${uplot.script}</script><script>{const panels = ${data.replaceAll('<', '\\u003c')};${drawing}}</script>`
}

/** One column of times for all lines, as uPlot wants it. */
export function columnsOf(lines: Line[]): { names: string[]; columns: Array<Array<number | null>> } {
  const times = [...new Set(lines.flatMap(({ points }) => points.map(([time]) => time)))].sort((a, b) => a - b)
  const columns = lines.map(({ points }) => {
    const byTime = new Map(points)
    return times.map(time => byTime.get(time) ?? null)
  })
  return { names: lines.map(({ name }) => name), columns: [times, ...columns] }
}

function panelHtml({ kind, title, width, lines }: DrawnPanel, index: number): string {
  if (kind === 'row') return `<h2>${escaped(title)}</h2>`
  const number = lines[0]?.points.at(-1)?.[1] ?? '–'
  const body = kind === 'number' ? `<b class="${Number(number) > 0 ? 'bad' : 'good'}">${number}</b>` : ''
  return `<section style="grid-column: span ${width}"><h3>${escaped(title)}</h3><div id="panel-${index}">${body}</div></section>`
}

const style = `
  body { font: 14px 'Noto Sans', 'NanumGothic', sans-serif; margin: 20px; background: #f4f5f5; color: #24292e }
  main { display: grid; grid-template-columns: repeat(24, 1fr); gap: 10px }
  h1 { font-size: 20px; margin: 0 0 8px } h2 { grid-column: 1 / -1; font-size: 15px; margin: 8px 0 0 }
  section { background: #fff; border: 1px solid #e4e7e7; border-radius: 3px; padding: 8px 10px }
  h3 { font-size: 13px; font-weight: 600; margin: 0 0 6px } b { font-size: 34px } .good { color: #1a7f4b } .bad { color: #c4162a }
  .u-legend { font-size: 11px; text-align: left } .u-legend .u-value { display: none } .u-legend .u-series:first-child { display: none } .u-legend.u-inline .u-series th::after { content: '' }
  .empty { color: #8e8e8e; padding: 60px 0; text-align: center }`

/** Runs in the page. */
const drawing = `
  const colors = ['#3274d9', '#56a64b', '#e0b400', '#c4162a', '#8f3bb8', '#ff780a', '#1f9fa8', '#6c757d']
  const units = { s: v => v >= 1 || v === 0 ? v + ' s' : +(v * 1000).toPrecision(3) + ' ms', percentunit: v => +(v * 100).toPrecision(3) + ' %' }
  panels.forEach(({ kind, unit, names, columns }, index) => {
    if (kind !== 'lines') return
    const place = document.getElementById('panel-' + index)
    if (columns.length < 2) return void (place.innerHTML = '<p class="empty">–</p>')
    const hasNames = names.some(name => name !== '')
    const write = units[unit] ?? (v => String(+v.toPrecision(4)))
    const series = names.map((label, i) => ({ label: label || ' ', stroke: colors[i % colors.length], width: 1.5, points: { show: false } }))
    const options = {
      width: place.clientWidth, height: 190, cursor: { show: false }, legend: { show: hasNames }, series: [{ label: '' }, ...series],
      scales: { y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] } },
      axes: [{ values: (_, times) => times.map(t => new Date(t * 1000).toISOString().slice(11, 16)) }, { size: 70, values: (_, values) => values.map(write) }],
    }
    new uPlot(options, columns, place)
  })`
