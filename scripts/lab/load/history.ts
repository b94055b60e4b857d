/** The runs of the past in a CSV file, and a page that shows them as a trend. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { trendPage } from './trend.ts'

/** What a report's JSON says, as far as the trend needs it. */
export interface RunFigures {
  scenario: string
  runner: string
  verdict: string
  endedAt: string
  durationS: number
  metrics: Record<string, { values: Record<string, number> }>
}

const COLUMNS = [
  'endedAt',
  'build',
  'scenario',
  'runner',
  'verdict',
  'goodputPerS',
  'p95Ms',
  'p99Ms',
  'dropped',
] as const
export type HistoryRow = Record<(typeof COLUMNS)[number], string>

const RUNS_KEPT = 500

export function rowOf(
  { scenario, runner, verdict, endedAt, durationS, metrics }: RunFigures,
  build: string,
): HistoryRow {
  const value = (metric: string, statistic: string): number => metrics[metric]?.values[statistic] ?? 0
  const row = {
    ...{ endedAt, build, scenario, runner, verdict },
    goodputPerS: (value('goodput', 'count') / durationS).toFixed(2),
    p95Ms: value('http_req_duration', 'p(95)').toFixed(2),
    p99Ms: value('http_req_duration', 'p(99)').toFixed(2),
    dropped: String(value('dropped_iterations', 'count')),
  }
  return Object.fromEntries(
    Object.entries(row).map(([name, text]) => [name, text.replaceAll(/[",\r\n]/g, ' ')]),
  ) as HistoryRow
}

export function readHistory(text: string): HistoryRow[] {
  const lines = text.split('\n').slice(1).filter(Boolean)
  return lines.map(line => {
    const cells = line.split(',')
    return Object.fromEntries(COLUMNS.map((name, index) => [name, cells[index] ?? ''])) as HistoryRow
  })
}

const csvOf = (rows: HistoryRow[]): string =>
  [COLUMNS, ...rows.map(row => COLUMNS.map(name => row[name]))].map(cells => `${cells.join(',')}\n`).join('')

/** Adds a run to the file, and writes `index.html` beside the reports: the trend, with a link to each of their pages. */
export function keepHistory(file: string, reports: string, figures: RunFigures): void {
  const before = existsSync(file) ? readHistory(readFileSync(file, 'utf8')) : []
  const rows = [...before, rowOf(figures, process.env.BUILD_NUMBER ?? '')].slice(-RUNS_KEPT)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, csvOf(rows))
  const pages = readdirSync(reports).filter(name => name.endsWith('.html') && name !== 'index.html')
  writeFileSync(join(reports, 'index.html'), trendPage(rows, pages))
  writeFileSync(join(reports, 'history.csv'), csvOf(rows))
}
