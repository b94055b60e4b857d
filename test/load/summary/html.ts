/** The result of a load run as one HTML page without scripts. It can be read without its style, too: Jenkins shows pages that way. */
import { type Figures, type Verdict, valuesText } from './figures.ts'
import { escaped } from './junit.ts'

const verdictWords: Record<Verdict, string> = { passed: 'passed · 통과', failed: 'failed · 실패', void: 'void · 무효' }
const colors: Record<Verdict, string> = { passed: '#1a7f37', failed: '#cf222e', void: '#9a6700' }

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}table{border-collapse:collapse;margin:1rem 0}th,td{border:1px solid #8884;padding:.3rem .6rem;text-align:left;vertical-align:top}'

type Row = string[]

const table = (caption: string, head: Row, rows: Row[]): string =>
  [
    `<table border="1"><caption><b>${caption}</b></caption>`,
    `<thead><tr>${head.map(text => `<th scope="col">${text}</th>`).join('')}</tr></thead><tbody>`,
    ...rows.map(row => `<tr>${row.map(text => `<td>${text}</td>`).join('')}</tr>`),
    '</tbody></table>',
  ].join('\n')

const colored = (verdict: Verdict): string => `<font color="${colors[verdict]}"><b>${verdictWords[verdict]}</b></font>`

export function htmlOf(figures: Figures): string {
  const { scenario, runner, verdict, thresholds, checks, metrics } = figures
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(scenario)}: ${verdict} (${escaped(runner)})</title><style>${STYLE}</style></head><body>`,
    `<h1>${escaped(scenario)}: ${colored(verdict)}</h1>`,
    `<p>Run by · 실행 도구: <b>${escaped(runner)}</b></p>`,
    table('Run · 실행', ['what · 항목', 'value · 값'], facts(figures)),
    table(
      'Thresholds · 임계값',
      ['metric · 지표', 'threshold · 임계값', 'verdict · 판정', 'seen · 측정값'],
      thresholds.map(one => [escaped(one.metric), escaped(one.expression), colored(one.verdict), escaped(one.seen)]),
    ),
    latencyChart(figures),
    table(
      'Checks of answers · 응답 검사',
      ['check · 검사', 'passed · 통과', 'failed · 실패'],
      checks.map(({ name, passes, fails }) => [escaped(name), String(passes), fails > 0 ? `<b>${fails}</b>` : '0']),
    ),
    table(
      'Metrics · 지표 (ms)',
      ['metric · 지표', 'values · 값'],
      Object.entries(metrics).map(([name, { values }]) => [escaped(name), escaped(valuesText(values))]),
    ),
    '</body></html>',
    '',
  ].join('\n')
}

function facts({ baseUrl, seed, endedAt, durationS, timeScale, rateScale, standIn }: Figures): Row[] {
  const rows: Row[] = [
    ['API', escaped(baseUrl)],
    ['seed · 시드', escaped(seed)],
    ['ended · 종료', escaped(endedAt)],
    ['length · 길이', `${durationS.toFixed(1)} s`],
  ]
  if (timeScale !== 1 || rateScale !== 1)
    rows.push([
      'scaled · 축소',
      `time × ${timeScale}, rate × ${rateScale}: not the figures of the whole scenario · 전체 시나리오의 수치가 아님`,
    ])
  if (standIn !== null)
    rows.push(['lag of the generator · 부하기 지연', `${standIn.lagMs.toFixed(1)} ms (max. ${standIn.lagMsMax} ms)`])
  return rows
}

const BAR_WIDTH = 480
const ROW_HEIGHT = 22

/** One bar for each statistic of the times of requests. Attributes instead of style: Jenkins takes style away. */
function latencyChart({ metrics }: Figures): string {
  const values = Object.entries(metrics.http_req_duration?.values ?? {}).filter(([name]) => name !== 'count')
  const max = Math.max(...values.map(([, value]) => value), 1)
  const bar = ([name, value]: [string, number], row: number): string => {
    const y = row * ROW_HEIGHT
    return [
      `<text x="0" y="${y + 15}" font-size="13">${escaped(name)}</text>`,
      `<rect x="60" y="${y + 3}" width="${((value / max) * BAR_WIDTH).toFixed(1)}" height="15" fill="#4c6ef5"/>`,
      `<text x="${(66 + (value / max) * BAR_WIDTH).toFixed(1)}" y="${y + 15}" font-size="13">${value.toFixed(1)} ms</text>`,
    ].join('')
  }
  return [
    '<h2>http_req_duration</h2>',
    `<svg role="img" aria-label="http_req_duration" width="640" height="${values.length * ROW_HEIGHT}" fill="currentColor">`,
    ...values.map(bar),
    '</svg>',
  ].join('\n')
}
