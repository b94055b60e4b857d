/** The metrics that rules and boards may name: those of docs/metrics.md's table, prom-client's own, and what the rules record. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { parse } from 'yaml'
import { namedIn } from './promql.ts'
import { repositoryFolder } from './system.ts'

/** Metric to the labels that it has. */
export type KnownMetrics = Map<string, Set<string>>

/** Prometheus puts them on what it scrapes. */
const SCRAPED = ['job', 'instance']

const ticked = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(match => match[1]!)

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map(cell => cell.trim())

/** The rows of the table that has a column for labels. */
export function metricsInTable(markdown: string): KnownMetrics {
  const known: KnownMetrics = new Map()
  const lines = markdown.split('\n')
  const head = lines.findIndex(line => cellsOf(line).includes('labels'))
  const at = cellsOf(lines[head] ?? '').indexOf('labels')
  for (const line of lines.slice(head + 2)) {
    if (!line.startsWith('|')) break
    const cells = cellsOf(line)
    // What is in brackets are values of a label; a metric that stands behind the labels has none of them.
    const words = (cells[at] ?? '').replaceAll(/\([^)]*\)/g, '')
    const labels = words
      .replaceAll(/`[^`]*`/g, '')
      .split(',')
      .flatMap(word => word.trim() || [])
    const isHistogram = cells.slice(0, at).some(cell => cell.includes('histogram'))
    for (const name of ticked(cells[0]!)) addMetric(known, name, labels, isHistogram)
    for (const name of ticked(words)) addMetric(known, name, [], false)
  }
  return known
}

function addMetric(known: KnownMetrics, name: string, labels: string[], isHistogram: boolean) {
  const all = new Set([...labels, ...SCRAPED])
  if (!isHistogram) known.set(name, all)
  else
    for (const suffix of ['_bucket', '_sum', '_count'])
      known.set(`${name}${suffix}`, suffix === '_bucket' ? new Set([...all, 'le']) : all)
}

/** What every process of Node says of itself. */
async function processMetrics(): Promise<KnownMetrics> {
  const register = new Registry()
  collectDefaultMetrics({ register })
  const names = (await register.getMetricsAsJSON()).map(({ name }) => name)
  return new Map(names.map(name => [name, new Set(SCRAPED)]))
}

export interface RecordingRule {
  record: string
  expr: string
}
export interface AlertRule {
  alert: string
  expr: string
  for?: string
  labels: Record<string, string>
  annotations: Record<string, string>
}

export function rulesIn<Rule>(file: 'recording-rules.yml' | 'alert-rules.yml'): Rule[] {
  const text = readFileSync(join(repositoryFolder, 'deploy/prometheus', file), 'utf8')
  return (parse(text) as { groups: Array<{ rules: Rule[] }> }).groups.flatMap(({ rules }) => rules)
}

/** A rule keeps the labels that it groups by, `le` aside. */
function recordedMetrics(): KnownMetrics {
  const labelsOf = (expr: string) => namedIn(expr).groupings.filter(label => label !== 'le')
  return new Map(
    rulesIn<RecordingRule>('recording-rules.yml').map(({ record, expr }) => [record, new Set(labelsOf(expr))]),
  )
}

/** What Prometheus makes by itself. */
const ownMetrics: KnownMetrics = new Map([
  ['up', new Set(SCRAPED)],
  ['ALERTS', new Set(['alertname', 'alertstate', 'severity'])],
])

export async function knownMetrics(): Promise<KnownMetrics> {
  const table = metricsInTable(readFileSync(join(repositoryFolder, 'docs/metrics.md'), 'utf8'))
  return new Map([...table, ...(await processMetrics()), ...recordedMetrics(), ...ownMetrics])
}

/** A sentence for each name that nothing has. */
export function unknownNames(expr: string, known: KnownMetrics): string[] {
  const { metrics, groupings } = namedIn(expr)
  const named = metrics.flatMap(({ name, labels }) => {
    const has = known.get(name)
    if (!has) return [`there is no metric ${name}`]
    return labels.filter(label => !has.has(label)).map(label => `${name} has no label ${label}`)
  })
  const ofAny = new Set(metrics.flatMap(({ name }) => [...(known.get(name) ?? [])]))
  return [...named, ...groupings.filter(label => !ofAny.has(label)).map(label => `nothing has the label ${label}`)]
}

/** The labels that the result of an expression can have. */
export function labelsOfResult(expr: string, known: KnownMetrics): Set<string> {
  const { metrics, groupings } = namedIn(expr)
  const isAggregated = /\b(sum|max|min|count|avg)\b/.test(expr)
  return new Set(isAggregated ? groupings : metrics.flatMap(({ name }) => [...(known.get(name) ?? [])]))
}
