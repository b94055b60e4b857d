/** Draws Grafana's dashboards without Grafana: their own questions to the Prometheus of a running system, in pictures by Chromium. */
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { ensureChromium } from '../../local/chromium.ts'
import { projectRoot, shortPath } from '../../local/paths.ts'
import { namedRunFile, runFilePath } from '../../local/run-file.ts'
import { StepFailure } from '../../terminal/output.ts'
import { type DrawnPanel, type Line, pageOf } from './page.ts'

export interface BoardFlags {
  /** The dashboards' uids. */
  boards: readonly string[]
  minutes: number
  out: string
}

interface DashboardPanel {
  type: string
  title: string
  gridPos: { w: number }
  fieldConfig?: { defaults: { unit?: string } }
  targets?: Array<{ expr: string; legendFormat?: string }>
}

const languages = ['en', 'ko'] as const
type Language = (typeof languages)[number]

const POINTS = 120
const PAGE_WIDTH = 1_400

/** Resolves to the exit code. Rejects with a StepFailure when the system runs without Prometheus. */
export async function drawBoards({ boards, minutes, out }: BoardFlags): Promise<number> {
  const { PROMETHEUS_URL } = namedRunFile(runFilePath()).env
  if (!PROMETHEUS_URL)
    throw new StepFailure('this system runs without Prometheus', { fix: 'start it with `npm start -- --with-metrics`' })
  mkdirSync(out, { recursive: true })
  const executablePath = await ensureChromium(join(projectRoot, '.data/install.log'))
  const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] })
  try {
    const page = await browser.newPage({ viewport: { width: PAGE_WIDTH, height: 900 } })
    const failures: Error[] = []
    page.on('pageerror', error => failures.push(error))
    for (const uid of boards) {
      const { title, panels } = dashboardFile(uid)
      const lines = await linesOf(PROMETHEUS_URL, panels, minutes)
      for (const language of languages) {
        const drawn = panels.map((panel, index) => drawnPanel(panel, lines[index]!, language))
        await page.setContent(pageOf(wordsIn(title, language), drawn, uplot()))
        if (failures[0]) throw failures[0]
        const file = join(out, `board-${uid}-${language}.png`)
        await page.screenshot({ path: file, fullPage: true })
        console.log(shortPath(file))
      }
    }
  } finally {
    await browser.close()
  }
  return 0
}

function dashboardFile(uid: string): { title: string; panels: DashboardPanel[] } {
  return JSON.parse(readFileSync(join(projectRoot, 'deploy/grafana/dashboards', `${uid}.json`), 'utf8'))
}

/** A title is `English · 한국어`, or a name that is the same in both. */
function wordsIn(title: string, language: Language): string {
  const [en = '', ko = en] = title.split(' · ')
  return language === 'en' ? en : ko
}

function drawnPanel(
  { type, title, gridPos, fieldConfig }: DashboardPanel,
  lines: Line[],
  language: Language,
): DrawnPanel {
  const kind = type === 'row' ? 'row' : type === 'stat' ? 'number' : 'lines'
  return { kind, title: wordsIn(title, language), width: gridPos.w, unit: fieldConfig?.defaults.unit ?? '', lines }
}

function linesOf(url: string, panels: DashboardPanel[], minutes: number): Promise<Line[][]> {
  const endSeconds = Math.floor(Date.now() / 1_000)
  const range = { start: endSeconds - minutes * 60, end: endSeconds, step: Math.ceil((minutes * 60) / POINTS) }
  return Promise.all(
    panels.map(async ({ targets = [] }) => {
      const found = await Promise.all(
        targets.map(({ expr, legendFormat = '' }) => queryRange(url, expr, legendFormat, range)),
      )
      return found.flat()
    }),
  )
}

interface TimeRange {
  start: number
  end: number
  step: number
}

async function queryRange(url: string, expr: string, legend: string, { start, end, step }: TimeRange): Promise<Line[]> {
  const body = new URLSearchParams({ query: expr, start: `${start}`, end: `${end}`, step: `${step}` })
  const response = await fetch(`${url}/api/v1/query_range`, { method: 'POST', body })
  const answer = (await response.json()) as {
    error?: string
    data: { result: Array<{ metric: Record<string, string>; values: Array<[number, string]> }> }
  }
  if (answer.error) throw new Error(`${expr}: ${answer.error}`)
  return answer.data.result.map(({ metric, values }) => ({
    name: legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? ''),
    points: values.map(([time, value]) => [time, Number.isFinite(Number(value)) ? Number(value) : null]),
  }))
}

function uplot(): { script: string; style: string } {
  const folder = join(createRequire(import.meta.url).resolve('uplot/package.json'), '../dist')
  const text = (file: string) => readFileSync(join(folder, file), 'utf8')
  return { script: text('uPlot.iife.min.js'), style: text('uPlot.min.css') }
}
